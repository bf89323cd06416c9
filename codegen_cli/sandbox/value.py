"""Python values that cross a pipe without pickle."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias


@dataclass(frozen=True, slots=True)
class Array:
    """A numpy array or scalar, or a pandas Series: its dtype's name, its shape, its flat items."""

    kind: Literal["array", "scalar", "series"]
    dtype: str
    shape: tuple[int, ...]
    items: tuple[Any, ...]


@dataclass(frozen=True, slots=True)
class Opaque:
    """Any other object: what `str`, `list`, `float` and `bool` of it gave where it lived."""

    type: str
    text: str
    items: tuple[Any, ...] | None = None
    number: int | float | None = None
    truth: bool = True


#: None, bool, int, float, complex, str, bytes, list, tuple, set, frozenset, dict, Array, Opaque.
Value: TypeAlias = Any


_MOST_DEPTH = 200
_MAKERS: dict[str, Any] = {"l": list, "t": tuple, "s": set, "z": frozenset}


def decode_text(text: str) -> Value:
    """Return the value in a text that `inside.encode` made; None if it is no such text."""
    try:
        return decode(json.loads(text))
    except (TypeError, ValueError, LookupError, OverflowError, RecursionError):
        return None


def decode(data: Any, depth: int = 0) -> Value:
    """Return the value in tagged JSON data (tags: `inside.encode`).

    Raises:
        TypeError, ValueError, LookupError: it is no such data.
    """
    if data is None or type(data) in (bool, int, float, str):
        return data
    if type(data) is not list or depth > _MOST_DEPTH:
        raise ValueError("a malformed value")
    tag, *rest = data
    if tag in _MAKERS:
        return _MAKERS[tag](decode(item, depth + 1) for item in rest[0])
    if tag == "d":
        return {decode(k, depth + 1): decode(v, depth + 1) for k, v in rest[0]}
    if tag == "i":
        return int(rest[0], 16)
    if tag == "f":
        return float(rest[0])
    if tag == "c":
        return complex(decode(rest[0], depth), decode(rest[1], depth))
    if tag == "y":
        return bytes.fromhex(rest[0])
    if tag == "a":
        kind, dtype, shape, items = rest
        live = tuple(decode(item, depth + 1) for item in items)
        return Array(kind, str(dtype), tuple(int(n) for n in shape), live)
    if tag == "o":
        kind, text, parts, number, truth = rest
        held = None if parts is None else tuple(decode(item, depth + 1) for item in parts)
        return Opaque(str(kind), str(text), held, decode(number, depth + 1), bool(truth))
    raise ValueError("a malformed value")
