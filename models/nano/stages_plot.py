"""Draw pass rates by stage of training: a panel a set of problems, a line a size and form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.files import place, temporary_beside

_STAGES = ["NL", "Multi", "Mono"]
_COLOURS = ["#0072b2", "#d55e00", "#009e73"]


@dataclass(frozen=True, slots=True)
class Point:
    """`passed` of `total` cases of a set, by a model of some size after some stage."""

    size: str
    stage: str
    problems: str
    turns: str
    passed: int
    total: int

    @property
    def percent(self) -> float:
        """Return the pass rate."""
        return 100 * self.passed / self.total


def write_plot(path: Path, points: Sequence[Point]) -> None:
    """Draw the points; the picture is there whole or not at all."""
    from matplotlib.figure import Figure

    panels = list(dict.fromkeys(point.problems for point in points))
    sizes = list(dict.fromkeys(point.size for point in points))
    figure = Figure(figsize=(3.4 * len(panels), 3.2), layout="constrained")
    for axes, panel in zip(figure.subplots(1, len(panels), squeeze=False)[0], panels, strict=True):
        for size, colour in zip(sizes, _COLOURS, strict=False):
            for turns, line in (("multi", "-"), ("single", "--")):
                here = [p for p in points if (p.problems, p.size, p.turns) == (panel, size, turns)]
                here.sort(key=lambda point: _STAGES.index(point.stage))
                axes.plot(
                    [point.stage for point in here],
                    [point.percent for point in here],
                    line,
                    marker="o",
                    color=colour,
                    label=f"{size}, {turns} turn",
                )
        axes.set(title=panel, ylabel="passed, %", ylim=(0, None))
        axes.grid(axis="y", color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    figure.legend(
        *axes.get_legend_handles_labels(), loc="outside lower center", ncols=4, frameon=False
    )
    with temporary_beside(path) as temporary:
        figure.savefig(temporary, format=path.suffix[1:], dpi=150)
        place(temporary, path)
