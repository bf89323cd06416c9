"""Steps files: one step a line."""

from __future__ import annotations

from collections.abc import Iterable

from codegen_cli.errors import UsageError
from codegen_cli.program.prompt import NEWLINE, shorten

_BOM = "\ufeff"


def parse_steps(text: str) -> list[str]:
    r"""Read a steps file.

    Blank lines and lines starting with `#` are skipped, white space around a step is dropped. A
    line ending in `\` goes on in the next line, whatever that starts with: the backslash and the
    white space around the line end become one space.
    """
    steps: list[str] = []
    pending: str | None = None  # a step whose last line ended in a backslash
    for raw in NEWLINE.split(text.removeprefix(_BOM)):
        line = raw.strip()
        if pending is None and (not line or line.startswith("#")):
            continue
        whole = line if pending is None else f"{pending} {line}".strip()
        if line.endswith("\\"):
            pending = whole.removesuffix("\\").rstrip()
            continue
        pending = None
        steps.append(whole)
    steps.append(pending or "")
    return [step for step in steps if step]


def format_steps(steps: Iterable[str]) -> str:
    r"""Write a steps file: `parse_steps` returns the same steps, without white space around them.

    A step that starts with `#` is written after a line that holds only `\`. Raises UsageError for
    a step that one line cannot hold: empty, of several lines, or ending in a backslash.
    """
    return "".join(_format(number, step.strip()) for number, step in enumerate(steps, 1))


def _format(number: int, step: str) -> str:
    problem = _problem(step)
    if problem:
        message = f"step {number} {problem}, which a steps file cannot hold: {shorten(step)}"
        raise UsageError(message, "change the step, or save the program as .py")
    # On a continuation line neither a comment sign nor a byte order mark means anything.
    shield = "\\\n" if step.startswith(("#", _BOM)) else ""
    return f"{shield}{step}\n"


def _problem(step: str) -> str:
    if not step:
        return "is empty"
    if NEWLINE.search(step):
        return "has several lines"
    return "ends in a backslash" if step.endswith("\\") else ""
