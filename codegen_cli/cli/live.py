"""Show a program while it grows: on stdout when a person looks there, else on stderr."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from codegen_cli import console
from codegen_cli.highlight import CodeStream, Spaced, styled
from codegen_cli.program import SEPARATOR

if TYPE_CHECKING:
    from rich.console import Console
    from rich.status import Status

    from codegen_cli.program import Program
    from codegen_cli.synthesis.turn import TurnResult


class LiveView:
    """Print steps and code once, in colour, as they come, spaced like the finished file."""

    def __init__(self, target: Console) -> None:
        self._text = Spaced(lambda text: target.print(text, end="", soft_wrap=True))
        self._code = CodeStream()
        self._status: Status | None = None

    def start(self, program: Program) -> None:
        """Show what the program begins with."""
        self._text.add(styled(program.text))

    def step(self, header: str, index: int, total: int) -> None:
        """Show a step's comment; a spinner says that the model reads until the first code."""
        self._text.add(Text(console.visible(header), style="step"))
        # The spinner needs a line of its own.
        self._text.end("\n")
        self._code = CodeStream()
        if console.stderr().is_terminal:
            self._status = console.stderr().status(f"[muted]step {index} of {total}[/]")
            self._status.start()

    def code(self, piece: str) -> None:
        """Show the next piece of code."""
        self._stop_status()
        self._text.add(self._code.feed(piece))

    def turn(self, result: TurnResult) -> None:
        """End a turn, whatever blank lines the model wrote, on one blank line."""
        self._stop_status()
        self._text.add(self._code.finish())
        self._text.wait(SEPARATOR if result.turn.code.strip() else "\n")

    def finish(self) -> None:
        """End the program on exactly one line end."""
        self._stop_status()
        self._text.end("\n")

    def _stop_status(self) -> None:
        if self._status is not None:
            self._status.stop()
            self._status = None


class NoView:
    """Show nothing: neither stream is a terminal."""

    def start(self, program: Program) -> None:
        """Ignore the beginning."""

    def step(self, header: str, index: int, total: int) -> None:
        """Ignore a step."""

    def code(self, piece: str) -> None:
        """Ignore code."""

    def turn(self, result: TurnResult) -> None:
        """Ignore a turn."""

    def finish(self) -> None:
        """Ignore the end."""
