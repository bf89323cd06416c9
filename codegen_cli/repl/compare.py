"""Several answers to one step, side by side: what differs, and what each did when it was run."""

from __future__ import annotations

import difflib
from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from codegen_cli.console import visible
from codegen_cli.highlight import styled
from codegen_cli.sandbox import Execution
from codegen_cli.synthesis.candidates import Candidate
from codegen_cli.synthesis.outcome import annotation, changes, excerpt

#: The narrowest column that code is read in; with less, the answers stand one under another.
LEAST_WIDTH = 34

_MOST_OUTPUT = 3
_MOST_VARIABLES = 4
_GAP = 3

#: Columns that marks and indents may take of a line that goes on below; half of the narrowest.
_MOST_INDENT = LEAST_WIDTH // 2


def compared(
    candidates: Sequence[Candidate],
    width: int,
    before: Execution | None = None,
    numbers: Sequence[int] = (),
) -> RenderableType:
    """Return the answers for a screen of `width` columns, with their `numbers` or from 1.

    A line that the first answer has not is marked with "+", whatever the colours; `before` is what
    the program did without the turn, so that only what an answer changes is told.
    """
    # A reworded earlier step keeps only the first answer.
    numbers = [*numbers, *range(len(numbers) + 1, len(candidates) + 1)]
    cells = [
        _answer(number, candidate, candidates, numbers, before)
        for number, candidate in zip(numbers, candidates, strict=True)
    ]
    across = max(1, min(len(cells), (width + _GAP) // (LEAST_WIDTH + _GAP)))
    if across == 1:
        return Group(*cells)
    rows: list[RenderableType] = []
    for start in range(0, len(cells), across):
        grid = Table.grid(padding=(0, _GAP, 0, 0), expand=True)
        for _ in range(across):
            grid.add_column(ratio=1, overflow="fold")
        row = cells[start : start + across]
        grid.add_row(*row, *[""] * (across - len(row)))
        rows.append(grid)
    return Group(*rows)


def _answer(
    number: int,
    candidate: Candidate,
    candidates: Sequence[Candidate],
    numbers: Sequence[int],
    before: Execution | None,
) -> Group:
    code = candidate.result.turn.code.strip("\n")
    first = candidates[0].result.turn.code.strip("\n")
    votes = f" · {candidate.votes} times" if candidate.votes > 1 else ""
    title = Text(f"── {number}{votes}", "prompt")
    alike = _same_group_before(candidate, candidates, numbers)
    told = [Text(line, "muted") for line in behaviour_lines(candidate, before, alike)]
    shown = (
        _marked(code, first, plain=candidate is candidates[0])
        if code
        else [Text("  (no code)", "muted")]
    )
    return Group(title, *map(_hanging, [*shown, *told]))


def _marked(code: str, first: str, *, plain: bool) -> list[Text]:
    lines = styled(code).split("\n", allow_blank=True)
    new = set() if plain else _new_lines(first.split("\n"), code.split("\n"))
    return [
        Text.assemble(("+ ", "bold") if i in new else "  ", line) for i, line in enumerate(lines)
    ]


def _hanging(line: Text) -> Table:
    """Return a line that, too long for its column, goes on under its text: mark, indent, text."""
    text = line.plain[2:].lstrip(" ")
    lead, rest = line.divide([min(len(line.plain) - len(text), _MOST_INDENT)])
    grid = Table.grid()
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    grid.add_row(lead, rest)
    return grid


def _new_lines(old: list[str], new: list[str]) -> set[int]:
    """Return the numbers of the lines, from 0, that the old text has not."""
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return {
        line
        for kind, _, _, start, end in matcher.get_opcodes()
        if kind != "equal"
        for line in range(start, end)
    }


def behaviour_lines(candidate: Candidate, before: Execution | None, alike: int = 0) -> list[str]:
    """Say in a few lines what the program did with an answer, or what kept it from running.

    `alike` is the number of an answer before it that behaved the same, if there is one.
    """
    execution = candidate.execution
    if not candidate.parses:
        return ["→ does not parse"]
    if execution is None:
        return []
    if not execution.ok:
        line = f" (line {execution.error_line})" if execution.error_line else ""
        return [visible(f"→ fails: {execution.error or execution.status}{line}")]
    if alike:
        return [f"→ behaves as {alike}"]
    return _told(execution, before) or ["→ runs, changes nothing"]


def _told(execution: Execution, before: Execution | None) -> list[str]:
    printed = execution.stdout.removeprefix(before.stdout if before else "")
    lines = [f"→ prints {line}" for line in excerpt(printed, _MOST_OUTPUT)]
    found = changes(before.variables if before else (), execution.variables)
    lines += [
        f"→ {annotation(variable)}" if mark != "-" else f"→ {variable.name} is gone"
        for mark, variable in found[:_MOST_VARIABLES]
    ]
    if len(found) > _MOST_VARIABLES:
        lines.append(f"→ and {len(found) - _MOST_VARIABLES} more variables")
    return [visible(line) for line in lines]


def _same_group_before(
    candidate: Candidate, candidates: Sequence[Candidate], numbers: Sequence[int]
) -> int:
    """Return the number of an answer before it that behaved alike, 0 when there is none."""
    for number, other in zip(numbers, candidates, strict=True):
        if other is candidate:
            break
        if candidate.group and other.group == candidate.group:
            return number
    return 0
