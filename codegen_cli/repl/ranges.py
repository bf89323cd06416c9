"""Ranges of turn numbers as IPython writes them: `3`, `3-5`, `3-`, several with spaces."""

from __future__ import annotations

import re

from codegen_cli.errors import UsageError

_RANGE = re.compile(r"([0-9]{1,9})(?:(-)([0-9]{1,9})?)?")


def parse_ranges(text: str, last: int) -> list[int]:
    """Return the numbers of turns, in order and once each; no text means all up to `last`.

    >>> parse_ranges("5 1-3 2", 9)
    [1, 2, 3, 5]

    Raises:
        UsageError: it is no range, or there are no such turns.
    """
    if not text.strip():
        return list(range(1, last + 1))
    numbers: set[int] = set()
    for word in text.replace(",", " ").split():
        match = _RANGE.fullmatch(word)
        if match is None:
            raise UsageError(f'"{word}" is no range of turns', "try 2, 3-5 or 3-")
        first = int(match[1])
        end = int(match[3]) if match[3] else last if match[2] else first
        if not 1 <= first <= end <= last:
            turns = f"turns: 1…{last}" if last else "there are no turns yet"
            raise UsageError(f'no turns "{word}"', turns)
        numbers.update(range(first, end + 1))
    return sorted(numbers)


def parse_count(text: str, what: str, most: int = 10**9 - 1) -> int:
    """Return a whole number from 1 on. Raises UsageError for anything else."""
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most):
        raise UsageError(f'"{text}" is not {what}', f"give a whole number in 1…{most}")
    return int(text)
