"""The reports of all stages of a run as one Markdown table."""

from __future__ import annotations

from pathlib import Path

from models.data.run import Run
from models.data.stage import Json, load

_COLUMNS = ("stage", "kept", "dropped", "MB in", "MB/s a core", "s", "peak MB")


def table(run: Run) -> str:
    """Return a line for each stage that is done, in the order in which they were."""
    paths = sorted(Path(run.settings.out).rglob("report.json"), key=lambda one: one.stat().st_mtime)
    head = f"| {' | '.join(_COLUMNS)} |\n|{'---|' * len(_COLUMNS)}\n"
    return head + "".join(_row(load(path)) for path in paths)


def _row(report: Json) -> str:
    dropped = ", ".join(f"{why} {count:,}" for why, count in report["dropped"].items())
    cells = (
        report["stage"],
        f"{report['kept']:,}",
        dropped or "–",
        f"{report['bytes_in'] / 1e6:.1f}",
        f"{report['mb_per_cpu_second']:.1f}",
        f"{report['wall_seconds']:.1f}",
        f"{report['peak_bytes'] / 1e6:.0f}",
    )
    return f"| {' | '.join(cells)} |\n"
