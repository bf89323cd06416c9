"""The comparison as a table for people and as an object for programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from rich.table import Table

from codegen_cli.console import visible
from codegen_cli.quality.measure import Quality

_COLUMNS = (
    "model",
    "type",
    "size",
    "memory",
    "ppl",
    "KL",
    "99 %",
    "max",
    "same",
    "tokens/s",
)


def table_of(measured: Sequence[Quality], chosen: Quality | None = None) -> Table:
    """Return one line a model, in the order given; an arrow marks the recommended one."""
    table = Table(box=None, pad_edge=False, header_style="muted", padding=(0, 1, 0, 0))
    for number, name in enumerate(_COLUMNS):
        table.add_column(name, justify="right" if number > 1 else "left", overflow="fold")
    for quality in measured:
        is_chosen = quality is chosen
        table.add_row(*cells(quality, chosen=is_chosen), style="ok" if is_chosen else "")
    return table


def cells(quality: Quality, *, chosen: bool = False) -> tuple[str, ...]:
    """Return the cells of a line; speeds are of reading and of writing."""
    distance = quality.distance
    return (
        ("→ " if chosen else "") + visible(Path(quality.path).stem),
        visible(quality.file_type),
        f"{quality.size / 1e6:.1f} MB",
        f"{quality.memory / 1e6:.0f} MB",
        f"{distance.perplexity:.3f}",
        f"{distance.kl_mean:.1e}",
        f"{distance.kl_99:.1e}",
        f"{distance.kl_max:.1e}",
        f"{distance.same_top:.1%}",
        f"{quality.read_rate:.0f}, {quality.write_rate:.0f}",
    )


def record_of(quality: Quality) -> dict[str, Any]:
    """Return a model's figures with the keys that people script against."""
    record = asdict(quality)
    distance = record.pop("distance")
    return {**record, **distance}
