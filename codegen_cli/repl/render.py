"""All that a chat prints, on stderr: stdout is for the program alone."""

from __future__ import annotations

import os
import traceback
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, TypeVar

from rich.containers import Lines
from rich.text import Text

from codegen_cli import console
from codegen_cli.highlight import CodeStream, Spaced
from codegen_cli.program import Program
from codegen_cli.program.tree import Node, Place, Tree
from codegen_cli.repl.draw import bars, tree_lines
from codegen_cli.repl.help import help_lines, keys_help
from codegen_cli.repl.lines import cut_lines, numbered, summary
from codegen_cli.repl.sampling import shown
from codegen_cli.repl.session import Numbered
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.fault import Fault
from codegen_cli.synthesis.outcome import annotation, failure, report

if TYPE_CHECKING:
    from rich.status import Status

    from codegen_cli.repl.table import Command, Table
    from codegen_cli.sandbox import Execution, Variable
    from codegen_cli.synthesis.candidates import Candidate
    from codegen_cli.synthesis.guard import Redrawn
    from codegen_cli.synthesis.turn import TurnResult

C = TypeVar("C")

_FAULTS = {
    Fault.COMMENT: "only comments",
    Fault.EMPTY: "no code",
    Fault.REPETITION: "the same tokens again and again",
}

#: After so many seconds the bell rings.
_LONG_WAIT = 10.0

_DIFF = {"+": "green", "-": "red", "@": "muted"}


class View:
    """Print what happens in a chat."""

    def __init__(self, *, streams: bool = True, bell: bool = True) -> None:
        """Show code as it comes, or whole where nothing `streams`; ring after a long wait."""
        self._streams = streams
        self._bell = bell
        self._console = console.stderr()
        self._reading: Status | None = None

    def read(self, tokens: int) -> None:
        """Say how many tokens of a prompt are read, where a spinner turns meanwhile."""
        if self._reading is not None:
            self._reading.update(f"[muted]reading… {tokens} tokens[/]")

    @contextmanager
    def reading(self) -> Iterator[Callable[[], None]]:
        """Turn a spinner while a prompt is read; the function yielded stops it earlier."""
        status = self._reading = self._spin("reading…")

        def stop() -> None:
            if status is not None:
                status.stop()
            self._reading = None

        try:
            yield stop
        finally:
            stop()

    @contextmanager
    def writing(self) -> Iterator[Callable[[str], None]]:
        """Yield a function that shows pieces of code once; a spinner turns until the first."""
        text, code = Spaced(self._write), CodeStream()
        held: list[str] = []
        with self.reading() as stop:

            def show(piece: str) -> None:
                if self._streams:
                    stop()
                    text.add(code.feed(piece))
                else:
                    held.append(piece)

            try:
                yield show
            finally:
                stop()
                text.add(code.feed("".join(held)))
                text.add(code.finish())
                text.end("\n")

    def turn(self, number: int, result: TurnResult, problems: Iterable[str]) -> None:
        """Sum up a turn in one line, then warn of its problems."""
        for line in cut_lines(result.completion.cut):
            self.note(line)
        self.note(summary(number, result))
        for problem in problems:
            console.warn(problem)
        self._ring(result.completion.seconds)

    def redrawn(self, item: Redrawn) -> None:
        """Say that an answer was thrown away, and why another one follows."""
        self.note(f"thrown away: {_FAULTS[item.fault]} · drawn once more without that beginning")

    def candidates(
        self,
        found: Sequence[Candidate],
        before: Execution | None = None,
        numbers: Sequence[int] = (),
    ) -> None:
        """Show answers side by side; `before` is what the program did without the turn."""
        from codegen_cli.repl.compare import compared

        self._console.print(compared(found, self._console.width, before, numbers))
        if len(found) == 1:
            self.note(f"all {found[0].votes} answers are this code")
            return
        if all(candidate.execution is None for candidate in found):
            self.note("ranked by likelihood; after a /run, they are run and ranked by what they do")
        self.note("/pick K takes another one")

    def variables(self, variables: Sequence[Variable]) -> None:
        """Show variables, one a line."""
        for variable in variables:
            console.show(Text(console.visible(annotation(variable))))

    def cases(self, grid: Iterable[str]) -> None:
        """Show how the cases fare."""
        for line in grid:
            console.show(Text(console.visible(line)))

    def turns(self, what: str, turns: Iterable[Numbered]) -> None:
        """Say which turns something happened to."""
        for number, turn in turns:
            console.note(f"{what} turn {number}: {turn.step}")

    def program(
        self, program: Program, *, pending: bool, only: Sequence[int] | None = None
    ) -> None:
        """Show a program, or turns of it, the numbers of its turns beside it."""
        lines = numbered(program, pending=pending).split("\n", allow_blank=True)
        if only is not None:
            wanted = frozenset(only)
            turns = [program.turn_at(i) for i in range(1, len(lines) + 1)]
            lines = Lines(line for line, turn in zip(lines, turns, strict=True) if turn in wanted)
        self._write(Text("\n").join(lines) + Text("\n"))

    def step(self, number: int, step: str, *, pending: bool) -> None:
        """Show a step with its number."""
        mark = f"{number}?" if pending else f"{number}"
        first, *rest = console.visible(step).split("\n")
        lines = [first, *(f"{'':<5}{line}" for line in rest)]
        self._write(Text.assemble((f"{mark:<5}", "prompt"), "\n".join(lines), "\n"))

    def diff(self, lines: Sequence[str]) -> None:
        """Show a unified diff; its signs say what its colours do."""
        if not lines:
            self.note("nothing changed")
        for line in lines:
            self._write(Text(console.visible(line) + "\n", _DIFF.get(line[:1], "")))

    def tokens(
        self,
        program: Program,
        prefix: int,
        counts: Sequence[int],
        folded: Sequence[int],
        size: int,
    ) -> None:
        """Show a bar for what each turn takes of the context."""
        for line in bars(program, prefix, counts, folded, size, self._console.width):
            self._write(Text(line + "\n"))

    def answers(self, answers: Sequence[Node], head: Place) -> None:
        """List the answers to one step by number; * marks the turn."""
        for number, node in enumerate(answers, 1):
            mark = "*" if node.id == head else " "
            lines = node.turn.code.strip("\n").split("\n")
            more = f" … {len(lines)} lines" if len(lines) > 1 else ""
            self._write(Text(console.visible(f"{mark}{number}  {lines[0]}{more}") + "\n"))

    def tree(self, tree: Tree, pending: Node | None) -> None:
        """Draw the tree of turns; * marks those of the program, ? the pending one."""
        waits = pending.id if pending else None
        for line in tree_lines(tree, waits, self._console.width):
            self._write(Text(line + "\n"))

    def sampling(self, sampling: Sampling, names: Iterable[str]) -> None:
        """Show settings, one a line."""
        for name in names:
            self._write(
                Text.assemble(
                    (f"{name:<15}", "muted"), f"{console.visible(shown(sampling, name))}\n"
                )
            )

    def help(self, table: Table[C], only: Command[C] | None = None) -> None:
        """Show what can be typed, or what one command does."""
        width = self._console.width if self._console.is_terminal else None
        for line in help_lines([only] if only else list(table), width):
            self._write(line)
        for line in () if only else keys_help(width):
            self._write(line)

    @contextmanager
    def working(self, what: str) -> Iterator[Callable[[str], None]]:
        """Turn a spinner that says what is done; the function yielded says how far that is."""
        status = self._spin(what)

        def say(news: str) -> None:
            if status is not None:
                status.update(f"[muted]{what} {news}[/]")

        try:
            yield say
        finally:
            if status is not None:
                status.stop()

    def run(
        self, program: Program, execution: Execution, before: Sequence[Variable] | None
    ) -> None:
        """Show what a program did, and what it made that the run before did not."""
        for line in report(execution, before):
            console.show(line)
        if why := failure(execution, program):
            console.warn(f"the program fails: {why}")
        else:
            self.note(f"ran to its end · {execution.wall_seconds:.2f} s")
        self._ring(execution.wall_seconds)

    def note(self, message: str) -> None:
        """Print muted lines."""
        for line in message.split("\n"):
            console.note(line)

    def fail(self, message: str, hint: str = "") -> None:
        """Print one line of error."""
        console.fail(message, hint)

    def unexpected(self, error: Exception) -> None:
        """Print one line about an error that should not happen; its traceback when debugging."""
        if os.environ.get("CODEGEN_DEBUG"):
            self._write(Text(console.visible(traceback.format_exc())))
        console.fail(
            f"unexpected {type(error).__name__}: {error}", "CODEGEN_DEBUG=1 shows the traceback"
        )

    def _ring(self, seconds: float) -> None:
        """Ring the terminal's bell after a wait that one may have spent elsewhere."""
        if self._bell and seconds >= _LONG_WAIT and not self._console.is_dumb_terminal:
            self._console.bell()

    def _write(self, text: Text) -> None:
        self._console.print(text, end="", soft_wrap=True)

    def _spin(self, what: str) -> Status | None:
        if not self._console.is_terminal or self._console.is_dumb_terminal:
            return None
        status = self._console.status(f"[muted]{what}[/]")
        status.start()
        return status
