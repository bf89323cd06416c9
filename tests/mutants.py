"""Wrong solutions made from right ones, the same every time."""

from __future__ import annotations

from collections.abc import Iterator

_FLIPS = (
    (" < ", " > "),
    (" > ", " < "),
    (" <= ", " < "),
    (" >= ", " > "),
    (" == ", " != "),
    (" != ", " == "),
    (" + ", " - "),
    (" - ", " + "),
    (" * ", " + "),
    (" % ", " // "),
    (" and ", " or "),
    (" not ", " "),
    ("True", "False"),
    ("False", "True"),
    ("range(", "range(1, "),
    (" 1", " 2"),
)


def mutants(solution: str) -> Iterator[tuple[str, str]]:
    """Yield (what was done, the mutant): a line deleted, an operator flipped, None returned."""
    yield "return None", "    return None\n"
    lines = solution.splitlines(keepends=True)
    for number, line in enumerate(lines):
        if line.strip():
            rest = "".join(lines[:number] + lines[number + 1 :])
            yield f"line {number + 1} deleted", rest
    for old, new in _FLIPS:
        if old in solution:
            yield f"{old.strip()} -> {new.strip()}", solution.replace(old, new, 1)
