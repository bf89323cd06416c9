"""Divide all 64-bit keys into equal ranges."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Partition:
    """The keys in [low, high]."""

    low: int
    high: int


def partitions(size: int, most: int) -> list[Partition]:
    """Return ranges of which each holds about `most` of `size` bytes or less.

    Keys are hashes or random, so equal ranges hold about equally many. The number of ranges is a
    power of two.
    """
    bits = max(0, (max(size, 1) - 1) // most).bit_length()
    width = 1 << (64 - bits)
    return [Partition(i * width, (i + 1) * width - 1) for i in range(1 << bits)]
