"""What a measurement is, and what is known of the machine's limits."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Result:
    """One measure: a value for each repeat.

    `bytes_per_unit` is the weight bytes read and `flops_per_unit` the arithmetic done for one unit
    of the value (a token, for tokens/s); 0 where that says nothing.
    """

    group: str
    name: str
    unit: str
    values: tuple[float, ...]
    sequences: int = 1
    tokens: int = 0
    bytes_per_unit: float = 0.0
    flops_per_unit: float = 0.0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Limits:
    """What the CPU was measured to do at best: bytes read and float32 operations a second."""

    read_bytes: float
    matmul_flops: float


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; None where a figure says nothing."""

    group: str
    measure: str
    unit: str
    median: float
    low: float
    high: float
    repeats: int
    sequences: int
    tokens: int
    gb_per_s: float | None
    bandwidth_share: float | None
    gflop_per_s: float | None
    peak_share: float | None
    note: str
