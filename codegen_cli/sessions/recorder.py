"""Keep a chat as it happens; a disk that refuses costs a warning, never the chat."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from codegen_cli.errors import SessionError
from codegen_cli.program import Turn
from codegen_cli.sessions.records import Provenance, Setup, StoredSession
from codegen_cli.sessions.store import SessionStore

#: A change that is to be made to the session of an id.
_Change = Callable[[SessionStore, str], None]


class Recorder:
    """Write down what a chat does. What could not be written waits for the next time.

    The ids of turns are the chat's own. The session begins with the first change that is worth a
    session: a chat in which nothing was written leaves none. `warn` hears of a failure once.
    """

    def __init__(
        self,
        open_store: Callable[[], SessionStore],
        warn: Callable[[SessionError], None],
        *,
        prefix: str,
        file: Path | None,
        model: str,
        resumed: StoredSession | None = None,
    ) -> None:
        """Go on with a session that was resumed, or be ready to begin one."""
        self.session = resumed.id if resumed else None
        self._open_store = open_store
        self._warn = warn
        self._begin = (prefix, file, model)
        self._store: SessionStore | None = None
        self._nodes = {node.id: node.id for node in resumed.nodes} if resumed else {}
        self._waiting: deque[_Change] = deque()
        self._said = ""

    def opened(self, turn_id: int, parent: int | None, turn: Turn) -> None:
        """Note a turn of the file that was opened; it is written with the first change."""
        self._waiting.append(self._turn(turn_id, parent, turn, Provenance("file"), "open", False))

    def turn(
        self,
        turn_id: int,
        parent: int | None,
        turn: Turn,
        provenance: Provenance,
        verb: str,
        *,
        pending: bool = False,
    ) -> None:
        """Keep a new turn, which is the head now."""
        self._keep(self._turn(turn_id, parent, turn, provenance, verb, pending))

    def move(self, turn_id: int | None, verb: str, *, pending: bool = False) -> None:
        """Keep where the head is after a verb."""
        self._keep(
            lambda store, session: store.move(session, self._node(turn_id), verb, pending=pending)
        )

    def branch(self, name: str, turn_id: int | None) -> None:
        """Keep the name of a place."""
        self._keep(lambda store, session: store.name_branch(session, name, self._node(turn_id)))

    def saved(self, turn_id: int | None, file: Path) -> None:
        """Keep that the program up to a turn was written to a file."""
        self._keep(lambda store, session: store.saved(session, self._node(turn_id), file))

    def set_up(self, setup: Setup) -> None:
        """Keep what the chat is set to; alone it is not worth a session."""

        def change(store: SessionStore, session: str) -> None:
            undone = tuple(self._nodes[turn_id] for turn_id in setup.undone)
            marks = setup.marks.renamed(self._nodes)
            store.set_up(session, replace(setup, undone=undone, marks=marks))

        self._waiting.append(change)
        if self.session is not None:
            self._flush()

    def fork(self) -> str | None:
        """Go on in a copy of the session, and return the id of the one that is left.

        None where there is no session yet.

        Raises:
            SessionError: what waits, or the copy, cannot be written.
        """
        left = self.session
        if left is None:
            return None
        self._flush()
        if self._waiting or self._store is None:
            raise SessionError(f"session {left} cannot be copied: {self._said}")
        self.session = self._store.fork(left)
        return left

    def close(self) -> None:
        """Try once more to write what waits."""
        if self.session is not None or self._said:
            self._flush()
        if self._store is not None:
            self._store.close()

    def _turn(
        self,
        turn_id: int,
        parent: int | None,
        turn: Turn,
        provenance: Provenance,
        verb: str,
        pending: bool,
    ) -> _Change:
        def change(store: SessionStore, session: str) -> None:
            origin = replace(provenance, kept_from=self._node(provenance.kept_from))
            self._nodes[turn_id] = store.add_turn(
                session, self._node(parent), turn, origin, verb, pending=pending
            )

        return change

    def _keep(self, change: _Change) -> None:
        self._waiting.append(change)
        self._flush()

    def _flush(self) -> None:
        """Write all that waits as one change."""
        try:
            if self._store is None:
                self._store = self._open_store()
            with self._store.transaction():
                session = self.session or self._store.create(*self._begin)
                for change in self._waiting:
                    change(self._store, session)
        except SessionError as error:
            if error.message != self._said:
                self._warn(error)
            self._said = error.message
            return
        self.session, self._said = session, ""
        self._waiting.clear()

    def _node(self, turn_id: int | None) -> int | None:
        return None if turn_id is None else self._nodes[turn_id]
