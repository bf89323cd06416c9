"""What a program did, in lines for a person."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from codegen_cli.console import visible
from codegen_cli.program import Program
from codegen_cli.program.prompt import shorten
from codegen_cli.sandbox import Execution, Variable

#: Lines of output, and variables, that a report shows.
MOST_LINES = 40

#: A variable and what happened to it since the run before: "+" new, "~" changed, "-" gone.
Change = tuple[str, Variable]


def failure(execution: Execution, program: Program) -> str:
    """Say why a program did not run to its end, in which line and step; "" when it did."""
    if execution.ok:
        return ""
    reason = execution.error or execution.status
    if execution.error_line is None:
        return reason
    number = program.turn_at(execution.error_line)
    where = (
        f"step {number}: {shorten(program.turns[number - 1].step)}" if number else "before step 1"
    )
    return f"{reason} in line {execution.error_line} ({where})"


def report(execution: Execution, before: Sequence[Variable] | None = None) -> list[Text]:
    """Return what a program printed and made; with the variables of a run before, what changed."""
    lines = _block("printed", execution.stdout) or [Text("printed nothing", "muted")]
    if not execution.ok:
        # What it made is gone, and its traceback is told in one line elsewhere.
        return lines
    lines += _block("wrote to stderr", execution.stderr)
    found = changes(before or (), execution.variables)
    if found:
        lines.append(Text("variables:" if before is None else "changed variables:", "muted"))
    elif before is not None:
        lines.append(Text("no variable changed", "muted"))
    for mark, variable in found[:MOST_LINES]:
        shown = visible(annotation(variable) if mark != "-" else variable.name)
        lines.append(Text(f"  {shown}" if before is None else f"{mark} {shown}"))
    if len(found) > MOST_LINES:
        lines.append(Text(f"  … {len(found) - MOST_LINES} more variables …", "muted"))
    return lines


def _block(title: str, text: str) -> list[Text]:
    lines = [Text(f"  {visible(line)}") for line in excerpt(text, MOST_LINES)]
    return [Text(f"{title}:", "muted"), *lines] if lines else []


def changes(before: Sequence[Variable], after: Sequence[Variable]) -> list[Change]:
    """Return what is new, changed and gone, in this order of the names in a program."""
    known = {variable.name: variable for variable in before}
    left = {variable.name for variable in after}
    found = [
        ("~" if variable.name in known else "+", variable)
        for variable in after
        if known.get(variable.name) != variable
    ]
    return found + [("-", variable) for variable in before if variable.name not in left]


def annotation(variable: Variable) -> str:
    """Return a variable as Python would declare it, on one line: `total: int = 66`."""
    declared = f"{variable.name}: {variable.type}"
    value = " ".join(variable.text.split())
    return declared if value in ("", variable.name) else f"{declared} = {value}"


def excerpt(text: str, most: int) -> list[str]:
    """Return the lines of a text; of a long one, how many lie between the first and the last."""
    lines = text.removesuffix("\n").split("\n") if text else []
    if len(lines) <= most:
        return lines
    head = (most - 1) // 2
    tail = most - 1 - head
    return [*lines[:head], f"… {len(lines) - most + 1} more lines …", *lines[-tail:]]
