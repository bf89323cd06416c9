"""The table that a person sees."""

from __future__ import annotations

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from codegen_cli import console
from codegen_cli.bench.records import Row
from codegen_cli.bench.report import Report

_COLUMNS = ("", "median", "", "min–max", "GB/s", "of max", "GFLOP/s", "of max")


def table_of(report: Report) -> RenderableType:
    """Return the rows as a table, with the limits and the notes under it."""
    table = Table(box=None, pad_edge=False, header_style="muted", padding=(0, 1, 0, 0))
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="left" if number in (0, 2) else "right", no_wrap=True)
    group = ""
    for row in report.rows:
        if group not in ("", row.group):
            table.add_row()
        group = row.group
        table.add_row(*cells(row))
    return Group(table, Text(), *(Text(line, "muted") for line in notes(report)))


def cells(row: Row) -> tuple[str, ...]:
    """Return the cells of a row as text."""
    spread = f"{number(row.low)}–{number(row.high)}" if row.repeats > 1 else ""
    return (
        row.measure,
        number(row.median),
        row.unit,
        spread,
        number(row.gb_per_s),
        percent(row.bandwidth_share),
        number(row.gflop_per_s),
        percent(row.peak_share),
    )


def notes(report: Report) -> list[str]:
    """Return what the table has no room for."""
    lines = [f"{row.measure}: {row.note}" for row in report.rows if row.note]
    limits = report.limits
    lines += [
        f"max, measured here: {limits.read_bytes / 1e9:.1f} GB/s read from memory, "
        f"{limits.matmul_flops / 1e9:.0f} GFLOP/s measured matmul peak (NumPy, float32)",
        f"peak memory: {report.peak_memory_bytes / 1e6:.0f} MB",
        console.visible(
            f"{report.machine['processor']}, {report.settings['threads']} threads, "
            f"load average {report.machine['load_average']} before"
        ),
    ]
    if any((row.bandwidth_share or 0) > 1 for row in report.rows):
        lines.append("over 100% of the read limit: the weights stay in the CPU's caches")
    return lines


def number(value: float | None) -> str:
    """Return a figure with two or three significant digits, or nothing.

    >>> number(0.01234), number(12.34), number(1234.5), number(None)
    ('0.012', '12.3', '1234', '')
    """
    if value is None:
        return ""
    if value >= 100:
        return f"{value:.0f}"
    return f"{value:#.3g}" if value >= 0.1 else f"{value:#.2g}"


def percent(share: float | None) -> str:
    """Return a share as text, or nothing.

    >>> percent(0.304), percent(0.004), percent(None)
    ('30%', '<1%', '')
    """
    if share is None:
        return ""
    return f"{share:.0%}" if share >= 0.005 else "<1%"
