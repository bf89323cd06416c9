"""A picture of the comparison, smallest model first; matplotlib draws it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from codegen_cli.files import place, temporary_beside
from codegen_cli.quality.measure import Quality

#: A divergence below this is rounding; it is drawn here, since zero has no logarithm.
_LEAST = 1e-7


def write_plot(path: Path, measured: Sequence[Quality], title: str) -> None:
    """Draw the models; the picture is there whole or not at all.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        _figure(measured, title).savefig(temporary, format=path.suffix.lower()[1:], dpi=150)
        place(temporary, path)


def _figure(measured: Sequence[Quality], title: str) -> Any:
    # Imported here: about 0.5 s, and an optional extra. No pyplot: it wants a display.
    from matplotlib.figure import Figure

    rows = sorted(measured, key=lambda quality: quality.size)
    figure = Figure(figsize=(9, 1.4 + 0.3 * len(rows)), layout="constrained")
    axes = figure.subplots()
    for y, quality in enumerate(rows):
        distance = quality.distance
        mean, most, largest = (
            max(value, _LEAST) for value in (distance.kl_mean, distance.kl_99, distance.kl_max)
        )
        axes.hlines(y, mean, most, color="#0072b2", linewidth=2, zorder=1)
        axes.scatter([mean], [y], s=40, color="#0072b2", zorder=2, label="_" * y + "mean")
        axes.scatter([most], [y], s=50, color="#0072b2", marker="|", label="_" * y + "99 %")
        axes.scatter([largest], [y], s=24, color="0.6", marker="x", label="_" * y + "largest")
    axes.set_yticks(
        range(len(rows)), [f"{Path(q.path).stem} · {q.size / 1e6:.1f} MB" for q in rows]
    )
    axes.set_xscale("log")
    axes.set(title=title, xlabel="KL divergence from the reference, nats (left is nearer)")
    axes.legend(loc="best", frameon=False)
    axes.grid(axis="x", color="0.9")
    axes.set_axisbelow(True)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.tick_params(axis="y", length=0)
    return figure
