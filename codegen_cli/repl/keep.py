"""Keep a chat: after each line, what it did to the program goes to the session's record."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.program import Program, Turn
from codegen_cli.sessions.provenance import Drawn, model_provenance
from codegen_cli.sessions.recorder import Recorder
from codegen_cli.sessions.records import Provenance, StoredSession
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import TurnResult

#: A turn as it is told from its siblings; the white space after it may grow.
_Key = tuple[str, str]


class Keeper:
    """Compare the program with what is kept of it, and record the difference."""

    def __init__(self, recorder: Recorder, drawn: Drawn) -> None:
        """Begin with an empty program that nobody has recorded yet."""
        self._recorder = recorder
        self._drawn = drawn
        self._children: dict[tuple[int | None, _Key], int] = {}
        self._last = 0
        self._state: tuple[int | None, bool] = (None, False)
        self._made: tuple[Turn, Provenance] | None = None

    def opened(self, program: Program) -> None:
        """Note what was read from a file."""
        parent = None
        for turn in program.turns:
            node = self._add(parent, turn)
            self._recorder.opened(node, parent, turn)
            parent = node
        self._state = (parent, False)

    def resumed(self, session: StoredSession) -> None:
        """Go on with a session that is kept already."""
        for node in session.nodes:
            self._children[node.parent, _key(node.turn)] = node.id
            self._last = node.id
        self._state = (session.head, session.pending)

    def answered(self, result: TurnResult, prompt: str, sampling: Sampling, attempt: int) -> None:
        """Note how an answer came to be, before `sync` sees it in the program."""
        made = model_provenance(result, prompt, sampling, attempt, self._drawn)
        self._made = (result.turn, made)

    def sync(self, program: Program, verb: str, *, pending: bool) -> None:
        """Record where the program is after a verb, and the answer that is new in it."""
        parent: int | None = None
        for turn in program.turns[:-1]:
            parent = self._children[parent, _key(turn)]
        head = parent
        if program.turns:
            turn = program.turns[-1]
            made, self._made = self._made, None
            if made is not None and _key(made[0]) == _key(turn):
                node = self._add(parent, turn)
                self._recorder.turn(node, parent, turn, made[1], verb, pending=pending)
                self._state = (node, pending)
                return
            head = self._children[parent, _key(turn)]
        if (head, pending) != self._state:
            self._recorder.move(head, verb, pending=pending)
            self._state = (head, pending)

    def saved(self, file: Path) -> None:
        """Record that the program, as it is now, was written to a file."""
        self._recorder.saved(self._state[0], file)

    def close(self) -> None:
        """Write what waits."""
        self._recorder.close()

    def _add(self, parent: int | None, turn: Turn) -> int:
        self._last += 1
        self._children[parent, _key(turn)] = self._last
        return self._last


def _key(turn: Turn) -> _Key:
    return turn.header, turn.code
