"""From measurements to lines of a table: medians, spread, and how near the limits."""

from __future__ import annotations

import statistics
from collections.abc import Iterable

from codegen_cli.bench.records import Limits, Result, Row


def rows_of(results: Iterable[Result], limits: Limits | None) -> list[Row]:
    """Return one row a result; without limits no shares."""
    return [_row(result, limits) for result in results]


def _row(result: Result, limits: Limits | None) -> Row:
    median = statistics.median(result.values)
    read = median * result.bytes_per_unit
    computed = median * result.flops_per_unit
    return Row(
        group=result.group,
        measure=result.name,
        unit=result.unit,
        median=median,
        low=min(result.values),
        high=max(result.values),
        repeats=len(result.values),
        sequences=result.sequences,
        tokens=result.tokens,
        gb_per_s=read / 1e9 or None,
        bandwidth_share=read / limits.read_bytes or None if limits else None,
        gflop_per_s=computed / 1e9 or None,
        peak_share=computed / limits.matmul_flops or None if limits else None,
        note=result.note,
    )
