"""A picture of the comparison: what each type loses against how large it is; matplotlib draws."""

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

    figure = Figure(figsize=(9, 4.5), layout="constrained")
    axes = figure.subplots()
    for quality in measured:
        x, y = quality.size / 1e6, max(quality.distance.kl_mean, _LEAST)
        axes.vlines(x, y, max(quality.distance.kl_99, _LEAST), color="0.75", zorder=1)
        axes.scatter(x, y, s=36, color="#0072b2", zorder=2)
        axes.annotate(
            quality.file_type, (x, y), xytext=(6, -3), textcoords="offset points", fontsize=9
        )
    axes.set_yscale("log")
    axes.set(
        title=title,
        xlabel="file size, MB",
        ylabel="KL divergence, nats: mean (dot) to 99 % (line)",
    )
    axes.grid(axis="y", color="0.9")
    axes.spines[["top", "right"]].set_visible(False)
    return figure
