"""Where a tensor's elements lie inside a file, and the checks that make reading them safe."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import prod

from .dtypes import BITS, STORED
from .wall import Malformed

#: numpy 1.x has no more dimensions than this.
_MAX_DIMENSIONS = 32
#: Far above any model and far below where numpy's 64-bit byte counts would wrap.
_MAX_ELEMENTS = 2**56
#: No file is longer; it also keeps absurd numbers out of messages.
_MAX_COUNT = 2**63


@dataclass(frozen=True, slots=True)
class Layout:
    """A checked view: `strides` count elements, `offset` counts bytes from the file's start."""

    dtype: str
    shape: tuple[int, ...]
    strides: tuple[int, ...]
    offset: int

    @property
    def itemsize(self) -> int:
        """Return the bytes of one element."""
        return STORED[self.dtype].itemsize

    @property
    def nbytes(self) -> int:
        """Return the bytes of all elements in the file's type."""
        return prod(self.shape) * self.itemsize

    @property
    def span_bytes(self) -> int:
        """Return the bytes from the first element to the end of the last one."""
        return extent(self.shape, self.strides) * self.itemsize


@dataclass(frozen=True, slots=True)
class Contents:
    """What one weight file holds.

    `other` names the element types of tensors that are not F32, F16 or BF16 (masks, counters).
    """

    tensors: dict[str, Layout] = field(default_factory=dict)
    other: dict[str, str] = field(default_factory=dict)


def extent(shape: Sequence[int], strides: Sequence[int]) -> int:
    """Count the elements from the first to the last one of a view, both included."""
    if 0 in shape:
        return 0
    return 1 + sum((size - 1) * stride for size, stride in zip(shape, strides, strict=True))


def sizes(values: object, what: str) -> tuple[int, ...]:
    """Check a list of sizes that a file gives: plain integers, not negative, not absurd."""
    if not isinstance(values, (tuple, list)):
        raise Malformed(f"is damaged: {what} is not a list of sizes")
    if len(values) > _MAX_DIMENSIONS:
        raise Malformed(f"is damaged: {what} has {len(values)} dimensions")
    return tuple(count(value, what) for value in values)


def shape_of(values: object, what: str) -> tuple[int, ...]:
    """Check a shape; a dimension of size 0 must not hide others that no memory could hold."""
    shape = sizes(values, what)
    if prod(max(size, 1) for size in shape) > _MAX_ELEMENTS:
        raise Malformed(f"is damaged: {what} is larger than any memory")
    return shape


def count(value: object, what: str) -> int:
    """Check one size, offset or length: an integer (a bool is none) that is not negative."""
    if type(value) is not int or not 0 <= value < _MAX_COUNT:
        raise Malformed(f"is damaged: {what} holds something that is not a count")
    return value


def contiguous_strides(shape: Sequence[int]) -> tuple[int, ...]:
    """Return the strides, in elements, of a row-major array."""
    return tuple(prod(shape[axis + 1 :]) for axis in range(len(shape)))


def byte_length(dtype: str, shape: Sequence[int], what: str) -> int:
    """Return the bytes that a packed tensor takes, or refuse an unknown element type."""
    if dtype not in BITS:
        raise Malformed(f"cannot be read: {what} has an unknown element type", "")
    bits = prod(shape) * BITS[dtype]
    if bits % 8:
        raise Malformed(f"is damaged: {what} ends inside a byte")
    return bits // 8


def check_view(shape: Sequence[int], strides: Sequence[int], offset: int, held: int) -> None:
    """Refuse a view that leaves its storage of `held` elements or repeats them.

    Integers here are Python's, so nothing wraps. A view with more elements than its storage
    (stride 0, overlapping rows) would let a small file ask for any amount of memory.
    """
    if len(shape) != len(strides):
        raise Malformed(f"is damaged: {len(shape)} sizes come with {len(strides)} strides")
    if offset + extent(shape, strides) > held:
        raise Malformed("is damaged: a tensor reaches outside of its storage")
    if prod(shape) > held:
        raise Malformed(
            f"holds a tensor of {prod(shape)} elements that repeats its {held} stored ones",
            "save it again after .contiguous()",
        )
