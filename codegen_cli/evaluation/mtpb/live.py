"""Values that came out of the sandbox as objects again, so that they convert as they did there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from codegen_cli.sandbox import Array, Opaque, Value

#: Types whose objects equal plain numbers, also inside a list; their text says all of them.
_NUMBERS = {"Decimal": Decimal, "Fraction": Fraction}


@dataclass(frozen=True, slots=True)
class Series:
    """What `to_numpy()` of a pandas Series gave."""

    array: Any


class Ghost:
    """An object that stayed behind: it converts as the original did there, and no more."""

    __slots__ = ("_opaque",)

    def __init__(self, opaque: Opaque) -> None:
        self._opaque = opaque

    def __str__(self) -> str:
        return self._opaque.text

    def __repr__(self) -> str:
        make = _NUMBERS.get(self._opaque.type)
        # Most other objects have one text for both.
        return self._opaque.text if make is None else repr(make(self._opaque.text))

    def __bool__(self) -> bool:
        return self._opaque.truth

    def __iter__(self) -> Iterator[Any]:
        if self._opaque.items is None:
            raise TypeError(f"{self._opaque.type!r} object is not iterable")
        return map(live, self._opaque.items)

    def __float__(self) -> float:
        number = self._number()
        # The sandbox asks for a float first: a whole number came from an object that has none.
        if isinstance(number, int):
            raise TypeError(f"{self._opaque.type!r} object is no float")
        return number

    def __int__(self) -> int:
        return int(self._number())

    def __eq__(self, other: object) -> bool:
        make = _NUMBERS.get(self._opaque.type)
        return self is other if make is None else bool(make(self._opaque.text) == other)

    def __hash__(self) -> int:
        return id(self)

    def _number(self) -> int | float:
        if self._opaque.number is None:
            raise TypeError(f"{self._opaque.type!r} object is no number")
        return self._opaque.number


def live(value: Value) -> Any:
    """Return the object that a value stands for; numpy is imported only for an array."""
    if isinstance(value, Array):
        return _array(value)
    if isinstance(value, Opaque):
        return Ghost(value)
    if type(value) in (list, tuple, set, frozenset):
        return type(value)(map(live, value))
    if type(value) is dict:
        return {live(key): live(item) for key, item in value.items()}
    return value


def _array(value: Array) -> Any:
    import numpy as np

    items = [live(item) for item in value.items]
    try:
        array = np.array(items, dtype=value.dtype)
    # A name such as "str32", "category" or a hostile one: the items say what they are.
    except (TypeError, ValueError):
        array = np.array(items) if all(isinstance(i, str) for i in items) else _objects(items)
    array = array.reshape(value.shape)
    if value.kind == "series":
        return Series(array)
    return array[()] if value.kind == "scalar" else array


def _objects(items: list[Any]) -> Any:
    import numpy as np

    array = np.empty(len(items), dtype=object)
    array[:] = items
    return array
