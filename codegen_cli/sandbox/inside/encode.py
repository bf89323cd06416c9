"""Live Python values as JSON, tagged: what `revive` and `value.decode` read back.

A plain JSON scalar stands for itself; everything else is a list that starts with its tag:
i integer (hex), f float, c complex, y bytes (hex), l list, t tuple, s set, z frozenset, d dict,
a array, o opaque.
"""

from __future__ import annotations

import itertools
import sys
from typing import Any

_MOST_DEPTH = 64
_MOST_TEXT = 1 << 16
_MOST_ITEMS = 10_000
_EXACT_INT = 1 << 53
_INFINITE = (float("inf"), float("-inf"))

_SEQUENCES = ((list, "l"), (tuple, "t"), (set, "s"), (frozenset, "z"))


class TooLarge(Exception):
    """A value has more parts, or nests deeper, than may cross."""


def encode(value: Any, most: int = 1 << 20, *, iterate: bool = True) -> Any:
    """Return a value as JSON data; `most` bounds its parts, a long text counting for many.

    Objects of other types, and values too large, become opaque: what `str`, `list`, `float` and
    `bool` make of them. Without `iterate`, iterators are left as they are, their items unknown.
    """
    try:
        return _Encoder(most, iterate).encode(value, 0)
    except TooLarge:
        return opaque(value)


def opaque(value: Any) -> list[Any]:
    """Return what stands for a value of which nothing but the type crosses."""
    return ["o", type(value).__name__[:200], "", None, None, True]


class _Encoder:
    def __init__(self, most: int, iterate: bool) -> None:
        self.left = most
        self.iterate = iterate

    def encode(self, value: Any, depth: int) -> Any:
        kind = type(value)
        self.left -= 1
        if self.left < 0 or depth > _MOST_DEPTH:
            raise TooLarge
        if value is None or kind is bool:
            return value
        # Of a subclass only what it inherits crosses: its own methods stay behind.
        if issubclass(kind, str):
            return self._text(str.__str__(value))
        if issubclass(kind, int):
            return self._integer(int.__add__(value, 0))
        if issubclass(kind, float):
            return _float(float.__add__(value, 0.0))
        for base, tag in _SEQUENCES:
            if issubclass(kind, base):
                return [tag, [self.encode(item, depth + 1) for item in base.__iter__(value)]]
        if issubclass(kind, dict):
            pairs = dict.items(value)
            return ["d", [[self.encode(k, depth + 1), self.encode(v, depth + 1)] for k, v in pairs]]
        return self._rare(value, kind, depth)

    def _rare(self, value: Any, kind: type, depth: int) -> Any:
        if kind is complex:
            return ["c", _float(value.real), _float(value.imag)]
        if issubclass(kind, bytes):
            self.left -= len(value) // 8
            if self.left < 0:
                raise TooLarge
            return ["y", bytes.hex(value)]
        described = _array(value, kind)
        if described is None:
            return self._opaque(value, kind, depth)
        form, dtype, shape, items = described
        if len(items) > self.left:
            raise TooLarge
        return ["a", form, dtype, shape, [self.encode(item, depth + 1) for item in items]]

    def _text(self, text: str) -> str:
        self.left -= len(text) // 4
        if self.left < 0:
            raise TooLarge
        return text

    def _integer(self, number: int) -> Any:
        if -_EXACT_INT < number < _EXACT_INT:
            return number
        self.left -= number.bit_length() // 64
        if self.left < 0:
            raise TooLarge
        return ["i", hex(number)]

    def _opaque(self, value: Any, kind: type, depth: int) -> Any:
        text = _attempt(lambda: str(value)[:_MOST_TEXT], "")
        number = _attempt(lambda: float(value), None)
        if number is None:
            number = _attempt(lambda: int(value), None)
        truth = _attempt(lambda: bool(value), True)
        items = None
        if hasattr(kind, "__iter__") and (self.iterate or not hasattr(kind, "__next__")):
            found = _attempt(lambda: list(itertools.islice(value, _MOST_ITEMS)), None)
            if found is not None:
                items = [self.encode(item, depth + 1) for item in found]
        if isinstance(number, float):
            number = _float(number)
        elif number is not None:
            number = self._integer(number)
        return ["o", kind.__name__[:200], self._text(text), items, number, truth]


def _float(number: float) -> Any:
    if number != number or number in _INFINITE:
        return ["f", repr(number)]
    return number


def _array(value: Any, kind: type) -> tuple[str, str, list[int], list[Any]] | None:
    """Describe a numpy array or scalar or a pandas Series, without importing either."""
    numpy = sys.modules.get("numpy")
    if numpy is not None:
        if issubclass(kind, numpy.ndarray):
            return "array", str(value.dtype), list(value.shape), numpy.ravel(value).tolist()
        if issubclass(kind, numpy.generic):
            return "scalar", str(value.dtype), [], [value.item()]
    pandas = sys.modules.get("pandas")
    if pandas is not None and issubclass(kind, getattr(pandas, "Series", ())):
        return "series", str(value.dtype), [len(value)], value.tolist()
    return None


def _attempt(ask: Any, otherwise: Any) -> Any:
    try:
        return ask()
    except Exception:
        return otherwise
