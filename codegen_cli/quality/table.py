"""The comparison as a table for people and as an object for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from rich.table import Table

from codegen_cli.console import visible
from codegen_cli.quality.measure import Quality

_COLUMNS = (
    "type",
    "size",
    "memory",
    "perplexity",
    "KL mean",
    "KL 99 %",
    "KL max",
    "same top",
    "reads",
    "writes",
)


def table_of(measured: Sequence[Quality], chosen: Quality | None = None) -> Table:
    """Return one line a model, in the order given; an arrow marks the recommended one."""
    table = Table(box=None, pad_edge=False, header_style="muted", padding=(0, 1, 0, 0))
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="right" if number else "left", no_wrap=True)
    for quality in measured:
        table.add_row(*cells(quality, quality is chosen), style="ok" if quality is chosen else "")
    return table


def cells(quality: Quality, chosen: bool = False) -> tuple[str, ...]:
    """Return the cells of a line."""
    distance = quality.distance
    return (
        visible(quality.file_type) + (" ←" if chosen else ""),
        f"{quality.size / 1e6:.1f} MB",
        f"{quality.memory / 1e6:.0f} MB",
        f"{distance.perplexity:.4f}",
        f"{distance.kl_mean:.2e}",
        f"{distance.kl_99:.2e}",
        f"{distance.kl_max:.2e}",
        f"{distance.same_top:.2%}",
        f"{quality.read_rate:.0f}/s",
        f"{quality.write_rate:.0f}/s",
    )


def record_of(quality: Quality) -> dict[str, Any]:
    """Return a model's figures with the keys that people script against."""
    record = asdict(quality)
    distance = record.pop("distance")
    return {**record, **distance}
