"""The growing program: a prefix and the turns after it."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

from codegen_cli.errors import UsageError
from codegen_cli.program.prompt import wrap
from codegen_cli.settings import PROGRAM_PREFIX

#: What parts a turn from the next one (`codegen1/benchmark/mtpb_sample.py`).
SEPARATOR = "\n\n"


@dataclass(frozen=True, slots=True)
class Turn:
    """A step and the code written for it.

    `header` is the step's comment as it stands in the program; left out, it is derived. `tail` is
    the white space after the code. Raises UsageError for a step that no source file can hold.
    """

    step: str
    code: str
    tail: str = SEPARATOR
    header: str = ""

    def __post_init__(self) -> None:
        if not self.header:
            object.__setattr__(self, "header", wrap(self.step))

    @property
    def text(self) -> str:
        """Return the turn as it stands in the program."""
        return self.header + self.code + self.tail


@dataclass(frozen=True, slots=True)
class Program:
    """A program grown turn by turn (the paper's multi-turn protocol, section 4); immutable."""

    prefix: str = PROGRAM_PREFIX
    turns: tuple[Turn, ...] = ()

    @property
    def text(self) -> str:
        """Return the whole program, byte for byte what the model has seen and written."""
        return self.prefix + "".join(turn.text for turn in self.turns)

    @property
    def source(self) -> str:
        """Return the program as a file: its text, tidied where the model wrote it.

        A completion that was cut at the next comment ends in blank lines, and the protocol adds
        two more: the prompts keep them, the file does not. White space that was read from a file
        is in `tail` and stays. The file ends in exactly one line end.
        """
        body = self._tidied(len(self.turns)).rstrip("\n")
        return f"{body}\n" if body else ""

    def line_of(self, number: int) -> int:
        """Return the line of `source` on which a turn begins, both counted from 1."""
        return self._tidied(number - 1).count("\n") + 1

    def turn_at(self, line: int) -> int:
        """Return the number of the turn that holds a line of `source`; 0 is the prefix."""
        numbers = range(1, len(self.turns) + 1)
        return max((number for number in numbers if self.line_of(number) <= line), default=0)

    @property
    def steps(self) -> tuple[str, ...]:
        """Return the steps in order."""
        return tuple(turn.step for turn in self.turns)

    def prompt(self, step: str) -> str:
        """Return the text that the model continues to write the code for a step.

        Raises UsageError for a step that no source file can hold.
        """
        return self._closed().text + wrap(step)

    def add(self, turn: Turn) -> Program:
        """Append a turn: `add(Turn(step, code)).text` is `prompt(step) + code + SEPARATOR`."""
        closed = self._closed()
        return dataclasses.replace(closed, turns=(*closed.turns, turn))

    def undo(self, n: int = 1) -> Program:
        """Drop the last turns. Raises UsageError when there are not that many."""
        if not 1 <= n <= len(self.turns):
            raise UsageError(f"cannot undo {n} of {len(self.turns)} turns")
        return dataclasses.replace(self, turns=self.turns[:-n])

    def replace(self, index: int, turn: Turn) -> Program:
        """Put a turn in the place of another, counted from 0. Raises UsageError beyond the end."""
        if not 0 <= index < len(self.turns):
            raise UsageError(f"there is no turn {index + 1}", f"turns: {len(self.turns)}")
        return dataclasses.replace(
            self, turns=(*self.turns[:index], turn, *self.turns[index + 1 :])
        )

    def _tidied(self, count: int) -> str:
        """Return the prefix and the first turns as they stand in the file."""
        turns = self.turns[:count]
        return self.prefix + "".join(
            turn.header + turn.code.rstrip("\n") + turn.tail for turn in turns
        )

    def _closed(self) -> Program:
        """End the text in a blank line, as a file that was read or a user's prefix may not."""
        text = self.text
        missing = SEPARATOR[len(text) - len(text.rstrip("\n")) :] if text else ""
        if not missing:
            return self
        if not self.turns:
            return dataclasses.replace(self, prefix=self.prefix + missing)
        last = self.turns[-1]
        return self.replace(
            len(self.turns) - 1, dataclasses.replace(last, tail=last.tail + missing)
        )
