"""Python values that cross a pipe without pickle."""

from __future__ import annotations

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
