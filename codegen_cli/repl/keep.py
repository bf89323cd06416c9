"""Keep a chat: after each line, what it did to the tree goes to the session's record."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from codegen_cli.program.tree import Place, Tree
from codegen_cli.sessions.provenance import Drawn, model_provenance
from codegen_cli.sessions.recorder import Recorder
from codegen_cli.sessions.records import Provenance, Setup, StoredSession
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import TurnResult


class Keeper:
    """Compare the tree with what is kept of it, and record the difference."""

    def __init__(self, recorder: Recorder, drawn: Drawn) -> None:
        """Begin with an empty tree that nobody has recorded yet."""
        self._recorder = recorder
        self._drawn = drawn
        self._kept: dict[int, Provenance] = {}
        self._names: dict[str, Place] = {}
        self._state: tuple[Place, bool] = (None, False)
        self._setup: Setup | None = None
        self._made: dict[int, Provenance] = {}
        self._fresh = True

    @property
    def session(self) -> str | None:
        """Return the id of the session, None while nothing was worth one."""
        return self._recorder.session

    def opened(self, tree: Tree, setup: Setup) -> None:
        """Note what was read from a file, and what the chat is set to."""
        for node in tree.nodes.values():
            self._kept[node.id] = Provenance("file")
            self._recorder.opened(node.id, node.parent, node.turn)
        self._state = (tree.head, False)
        self._set_up(setup)

    def resumed(self, session: StoredSession) -> None:
        """Go on with a session that is kept already."""
        self._kept = {node.id: node.provenance for node in session.nodes}
        self._names = dict(session.branches)
        self._state = (session.head, session.pending)
        self._setup = session.setup

    def answered(
        self,
        node: int,
        result: TurnResult,
        prompt: str,
        sampling: Sampling,
        attempt: int,
        *,
        folded: tuple[int, ...] = (),
        start: str = "",
        read: bool = False,
    ) -> None:
        """Note how the answer of a node came to be, before `sync` sees it in the tree."""
        self._made[node] = model_provenance(
            result,
            prompt,
            sampling,
            attempt,
            self._drawn,
            folded=folded,
            start=start,
            fresh=self._fresh,
            read=read,
        )
        self._fresh = False

    def provenances(self, tree: Tree) -> list[Provenance]:
        """Return how each turn of the program came to be."""
        return [self._kept[node.id] for node in tree.way(tree.head)]

    def sync(
        self, tree: Tree, setup: Setup, verb: str, copies: Mapping[int, int], *, pending: bool
    ) -> None:
        """Record what is new since the last time: turns, names, where the head is, the setup."""
        for node in tree.nodes.values():
            if node.id in self._kept:
                continue
            if node.id in copies:
                source = copies[node.id]
                origin = replace(self._kept[source], kept_from=source)
            else:
                origin = self._made.pop(node.id, Provenance("user"))
            self._kept[node.id] = origin
            waits = pending and node.id == tree.head
            self._recorder.turn(node.id, node.parent, node.turn, origin, verb, pending=waits)
            self._state = (node.id, waits)
        for name, place in tree.branches.items():
            if (name, place) not in self._names.items():
                self._recorder.branch(name, place)
                self._names[name] = place
        if (tree.head, pending) != self._state:
            self._recorder.move(tree.head, verb, pending=pending)
            self._state = (tree.head, pending)
        self._set_up(setup)

    @property
    def drawn(self) -> Drawn:
        """Return what all answers have in common now."""
        return self._drawn

    def remembered(self) -> None:
        """Note that the engine has in memory what it had when the session was left."""
        self._fresh = False

    def drawn_by(self, drawn: Drawn) -> None:
        """Note that another model draws from now on."""
        self._drawn, self._fresh = drawn, True

    def saved(self, file: Path) -> None:
        """Record that the program, as it is now, was written to a file."""
        self._recorder.saved(self._state[0], file)

    def fork(self) -> str | None:
        """Go on in a copy of the session and return the id of the one that is left, if any."""
        return self._recorder.fork()

    def close(self) -> None:
        """Write what waits."""
        self._recorder.close()

    def _set_up(self, setup: Setup) -> None:
        if setup != self._setup:
            self._recorder.set_up(setup)
            self._setup = setup
