"""The state of a chat: the program, the turn that is pending, what can be undone. No I/O."""

from __future__ import annotations

from dataclasses import dataclass

from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn, wrap
from codegen_cli.repl.sampling import change
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import TurnResult

#: A turn and its place in the program, counted from 1.
Numbered = tuple[int, Turn]


@dataclass(frozen=True, slots=True)
class Draw:
    """What to ask the engine for: the arguments of `write_turn`."""

    program: Program
    step: str
    sampling: Sampling
    attempt: int = 0


@dataclass(frozen=True, slots=True)
class _Moment:
    """What an undo left behind and a redo brings back."""

    program: Program
    pending: TurnResult | None


class Session:
    """A program that grows by transactions.

    An answer is `pending` until the next step, or an explicit accept, makes it part of `program`.
    `ask`, `retry` and `reword` only say what to draw; `take` puts the answer in place, so whatever
    fails in between leaves the program as it was.
    """

    def __init__(self, program: Program, sampling: Sampling) -> None:
        self.program = program
        self.sampling = sampling
        self.pending: TurnResult | None = None
        self._attempt = 0
        self._undone: list[_Moment] = []
        self._saved = program.source

    @property
    def shown(self) -> Program:
        """Return the program with the pending turn."""
        return self.program.add(self.pending.turn) if self.pending else self.program

    @property
    def unsaved(self) -> bool:
        """Say whether the shown program differs from what was opened or saved."""
        return self.shown.source != self._saved

    def mark_saved(self) -> None:
        """Note that the shown program is on disk now."""
        self._saved = self.shown.source

    def ask(self, step: str) -> Draw:
        """Begin a turn; the pending one is kept.

        Raises:
            UsageError: the step cannot be a comment.
        """
        wrap(step)
        self.accept()
        self._attempt = 0
        return Draw(self.program, step, self.sampling)

    def retry(self, temperature: str = "") -> Draw:
        """Draw the pending turn again with another seed, at a temperature for this time only.

        Raises:
            UsageError: nothing is pending, or the temperature cannot give anything else.
        """
        pending = self._require_pending("retry")
        sampling = self.sampling
        if temperature:
            sampling = change(sampling, "temperature", temperature)
        if sampling.temperature == 0:
            raise UsageError("temperature 0 draws the same code every time", "try /retry 0.8")
        # Counted here and not in `take`: a draw that was interrupted must not come again.
        self._attempt += 1
        return Draw(self.program, pending.turn.step, sampling, self._attempt)

    def reword(self, step: str) -> Draw:
        """Draw the pending turn again for another step.

        Raises:
            UsageError: nothing is pending, or the step cannot be a comment.
        """
        self._require_pending("reword")
        wrap(step)
        self._attempt = 0
        return Draw(self.program, step, self.sampling)

    def take(self, result: TurnResult) -> bool:
        """Make a whole answer the pending turn; say no to an interrupted one."""
        if result.interrupted:
            return False
        self.pending = result
        return True

    def accept(self) -> Numbered | None:
        """Keep the pending turn; what was undone before it is gone then."""
        if self.pending is None:
            return None
        self.program = self.shown
        self.pending = None
        self._undone.clear()
        return len(self.program.turns), self.program.turns[-1]

    def drop(self) -> Numbered:
        """Discard the pending turn for good.

        Raises:
            UsageError: nothing is pending.
        """
        pending = self._require_pending("drop")
        self.pending = None
        return len(self.program.turns) + 1, pending.turn

    def undo(self, count: int = 1) -> list[Numbered]:
        """Take back the last turns, the pending one first, and return them.

        Raises:
            UsageError: there are not that many.
        """
        turns = self.shown.turns
        if not 1 <= count <= len(turns):
            raise UsageError(f"cannot undo {count} of {len(turns)} turns", _undo_hint(len(turns)))
        gone = _numbered(self.shown, len(turns) - count)
        self._undone.append(_Moment(self.program, self.pending))
        accepted = count - (self.pending is not None)
        self.pending = None
        if accepted:
            self.program = self.program.undo(accepted)
        return gone

    def redo(self) -> list[Numbered]:
        """Bring back what the last undo took and return it.

        Raises:
            UsageError: nothing was undone, or a pending turn stands in its place.
        """
        if not self._undone:
            raise UsageError("nothing to redo", "a kept turn ends what can be brought back")
        if self.pending is not None:
            raise UsageError("a turn is pending where the undone one was", "/drop it first")
        kept = len(self.program.turns)
        moment = self._undone.pop()
        self.program, self.pending = moment.program, moment.pending
        return _numbered(self.shown, kept)

    def set(self, name: str, value: str) -> None:
        """Change a sampling setting.

        Raises:
            UsageError: there is no such setting, or the value is not one for it.
        """
        self.sampling = change(self.sampling, name, value)

    def _require_pending(self, verb: str) -> TurnResult:
        if self.pending is None:
            hint = "/undo takes kept turns back" if self.program.turns else "type a step first"
            raise UsageError(f"no turn is pending, so there is nothing to {verb}", hint)
        return self.pending


def _numbered(program: Program, start: int) -> list[Numbered]:
    return list(enumerate(program.turns[start:], start + 1))


def _undo_hint(turns: int) -> str:
    return f"give a number in 1…{turns}" if turns else "type a step first"
