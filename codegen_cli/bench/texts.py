"""Texts to measure with: Python, of a wanted number of tokens, each unlike the others."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count as counter

_LINE = "value_{0} = compute(value_{1}, {0})\n"
_PROPERTY = """\
    def set_{0}(self, {0}):
        self.{0} = {0}
        return self

"""
_NAMES = ("width", "height", "depth", "weight", "color", "title", "price", "count")


def program_of(tokens: int, label: str, count: Callable[[str], int]) -> str:
    """Return a program of at most `tokens` tokens, as long as possible, beginning with `label`."""
    text = f"# {label}\n"
    for number in counter(2):
        if count(text) > tokens:
            break
        text += "".join(_LINE.format(number * 8 + i, number * 8 + i - 1) for i in range(8))
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if count(text[:middle]) <= tokens else (low, middle - 1)
    return text[:low]


def repetitive() -> str:
    """Return a class of methods that are all alike, the last of them begun."""
    methods = "".join(_PROPERTY.format(name) for name in _NAMES)
    return f"class Box:\n{methods}    def set_area(self, area):\n"
