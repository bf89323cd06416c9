"""Values as they arrive over a pipe, live again where a test compares them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

from .wire import Broken

_MOST_DEPTH = 200
_MAKERS: dict[str, Any] = {"l": list, "t": tuple, "s": set, "z": frozenset}


class Opaque:
    """An object that stayed behind: it answers for itself as it once did, and equals nothing."""

    def __init__(
        self, kind: str, text: str, items: list[Any] | None, number: Any, truth: bool
    ) -> None:
        self._kind, self._text, self._items = kind, text, items
        self._number, self._truth = number, truth

    def __eq__(self, other: object) -> bool:
        return False

    __hash__ = object.__hash__

    def __str__(self) -> str:
        return self._text

    def __repr__(self) -> str:
        return f"<{self._kind}>"

    def __bool__(self) -> bool:
        return self._truth

    def __iter__(self) -> Iterator[Any]:
        if self._items is None:
            raise TypeError(f"'{self._kind}' object is not iterable")
        return iter(self._items)

    def __float__(self) -> float:
        if self._number is None:
            raise TypeError(f"'{self._kind}' object is not a number")
        return float(self._number)

    def __int__(self) -> int:
        return int(float(self)) if isinstance(self._number, float) else int(self._number or 0)


def revive(data: Any, depth: int = 0) -> Any:
    """Return the value that `encode` made this data from.

    Raises:
        Broken: it is no such data.
    """
    try:
        return _revive(data, depth)
    except (TypeError, ValueError, LookupError, OverflowError, RecursionError) as error:
        raise Broken("a malformed value") from error


def _revive(data: Any, depth: int) -> Any:
    if data is None or type(data) in (bool, int, float, str):
        return data
    if type(data) is not list or depth > _MOST_DEPTH:
        raise Broken("a malformed value")
    tag, *rest = data
    if tag in _MAKERS:
        return _MAKERS[tag](_revive(item, depth + 1) for item in rest[0])
    if tag == "d":
        return {_revive(k, depth + 1): _revive(v, depth + 1) for k, v in rest[0]}
    if tag == "i":
        return int(rest[0], 16)
    if tag == "f":
        return float(rest[0])
    if tag == "c":
        return complex(_revive(rest[0], depth), _revive(rest[1], depth))
    if tag == "y":
        return bytes.fromhex(rest[0])
    if tag == "a":
        form, dtype, shape, items = rest
        return _array(form, dtype, shape, items, depth)
    if tag == "o":
        kind, text, items, number, truth = rest
        live = None if items is None else [_revive(item, depth + 1) for item in items]
        return Opaque(str(kind), str(text), live, _revive(number, depth + 1), bool(truth))
    raise Broken("a malformed value")


def _array(form: str, dtype: str, shape: list[int], items: list[Any], depth: int) -> Any:
    import numpy

    kind = numpy.dtype(dtype if str(dtype).isalnum() else object)
    if kind.kind not in "biufc":
        kind = numpy.dtype(object)
    flat = numpy.empty(len(items), dtype=kind)
    for i, item in enumerate(items):
        flat[i] = _revive(item, depth + 1)
    if form == "scalar":
        return flat[0]
    if form == "series":
        pandas = sys.modules.get("pandas")
        if pandas is not None:
            return pandas.Series(flat)
    return flat.reshape(shape)
