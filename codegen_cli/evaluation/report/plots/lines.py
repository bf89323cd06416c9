"""Percentages over a logarithmic axis, each line with its name at the end."""

from __future__ import annotations

import math
from typing import Any

from codegen_cli.evaluation.report.document.plot import Line, LinePlot, Origin, Point
from codegen_cli.evaluation.report.plots.axes import SMALL, grid, name_axes, safe, spread, start
from codegen_cli.evaluation.report.plots.ink import LOOKS, PAPER, sentinel

_HEIGHT = 3.2
_STEPS = (0.5, 1, 2, 5, 10, 20)
_MOST_STEPS = 6

#: Of the height of the axes: the least distance of two names.
_NAME_GAP = 0.058
_LONGEST_NAME = 34
_NAMES_AT = 1.02


def draw_lines(canvas: Any, plot: LinePlot) -> None:
    """Draw a plot on an empty canvas."""
    axes = start(canvas, plot.title, _HEIGHT)
    axes.set_xscale("log")
    places = [point.x for line in plot.lines for point in line.points]
    axes.set_xlim(min(places) * 0.75, max(places) * 1.33)
    axes.set_xticks([x for x, _ in plot.ticks], [name for _, name in plot.ticks])
    axes.minorticks_off()
    top = _top(plot)
    axes.set_ylim(0, top)
    axes.set_yticks(_ticks(top))
    name_axes(axes, plot.x_label, plot.y_label)
    grid(axes, "y")
    for line in plot.lines:
        _draw(axes, line, bands=plot.bands)
    _names(axes, plot, top)


def _top(plot: LinePlot) -> float:
    ends = [
        point.y if point.high is None else point.high
        for line in plot.lines
        for point in line.points
    ]
    return min(104.0, max(1.0, 100 * max(ends) * 1.08))


def _ticks(top: float) -> list[float]:
    step = next((step for step in _STEPS if top / step <= _MOST_STEPS), _STEPS[-1])
    return [step * i for i in range(math.floor(top / step) + 1)]


def _draw(axes: Any, line: Line, *, bands: bool) -> None:
    look = LOOKS[line.ink]
    colour = sentinel(look)
    ours = all(point.origin == "ours" for point in line.points)
    axes.plot(
        [point.x for point in line.points],
        [100 * point.y for point in line.points],
        color=colour,
        linewidth=1.6 if ours else 1.0,
        linestyle="-" if ours else (0, (3, 2.5)),
        zorder=3 if ours else 2,
    )
    if bands:
        _band(axes, line, colour)
    for point in line.points:
        if ours and not bands:
            _bar(axes, point, colour)
        _mark(axes, point, colour, look.marker, small=bands)
        if point.word:
            axes.annotate(
                safe(point.word),
                (point.x, 100 * point.y),
                xytext=(0, 5),
                textcoords="offset points",
                ha="center",
                fontsize=SMALL,
                color=colour,
            )


def _band(axes: Any, line: Line, colour: str) -> None:
    known = [p for p in line.points if p.low is not None and p.high is not None]
    axes.fill_between(
        [point.x for point in known],
        [100 * (point.low or 0) for point in known],
        [100 * (point.high or 0) for point in known],
        color=colour,
        alpha=0.13,
        linewidth=0,
        zorder=1,
    )


def _bar(axes: Any, point: Point, colour: str) -> None:
    if point.low is not None and point.high is not None:
        ends = [100 * point.low, 100 * point.high]
        axes.plot([point.x, point.x], ends, color=colour, linewidth=1.2, alpha=0.7, zorder=3)


def _mark(axes: Any, point: Point, colour: str, marker: str, *, small: bool) -> None:
    looks: dict[Origin, dict[str, Any]] = {
        "ours": {"marker": marker, "markerfacecolor": colour, "markersize": 3.5 if small else 6},
        "confirmed": {"marker": marker, "markerfacecolor": sentinel(PAPER), "markersize": 5.5},
        "unverified": {"marker": "x", "markersize": 5},
    }
    axes.plot(
        [point.x],
        [100 * point.y],
        color=colour,
        linestyle="none",
        clip_on=False,
        markeredgecolor=colour,
        markeredgewidth=1.3,
        zorder=4 if point.origin == "ours" else 2.5,
        **looks[point.origin],
    )


def _names(axes: Any, plot: LinePlot, top: float) -> None:
    named = [line for line in plot.lines if line.label]
    ends = [100 * line.points[-1].y / top for line in named]
    for line, end in zip(named, spread(ends, _NAME_GAP, 0.0, 1.0), strict=True):
        axes.text(
            _NAMES_AT,
            end,
            safe(line.label, _LONGEST_NAME),
            transform=axes.transAxes,
            va="center",
            fontsize=SMALL,
            color=sentinel(LOOKS[line.ink]),
        )
