"""Rows of dots with bars: one row a model or group, one kind of dot a series."""

from __future__ import annotations

import textwrap
from typing import Any

from codegen_cli.evaluation.report.document.plot import Dot, DotPlot, DotRow, Series
from codegen_cli.evaluation.report.plots.axes import SMALL, grid, name_axes, safe, start
from codegen_cli.evaluation.report.plots.ink import FAINT, LOOKS, PAPER, TEXT, sentinel

_HEAD = 1.15
_ROW = 0.36
#: Points between the title and the axes, where the legend stands.
_LEGEND = 20
_NAME_WIDTH = 24
_NAME_LINES = 2
_LONGEST_NOTE = 12

#: Of a row: how far the dots of one row are moved apart, so that bars do not hide each other.
_APART = 0.22


def draw_dots(canvas: Any, plot: DotPlot) -> None:
    """Draw a plot on an empty canvas."""
    axes = start(canvas, plot.title, _HEAD + _ROW * len(plot.rows), _LEGEND)
    grid(axes, "x")
    axes.set_ylim(len(plot.rows) - 0.4, -0.6)
    axes.tick_params(axis="y", pad=8)
    axes.set_yticks(range(len(plot.rows)), [_name(row.label) for row in plot.rows])
    for number, (row, tick) in enumerate(zip(plot.rows, axes.get_yticklabels(), strict=True)):
        tick.set_color(sentinel(FAINT if row.published else TEXT))
        for dot in row.dots:
            _draw(axes, number, dot, plot, row)
        if row.note:
            axes.text(
                1.02,
                number,
                safe(row.note, _LONGEST_NOTE),
                transform=axes.get_yaxis_transform(),
                va="center",
                fontsize=SMALL,
                color=sentinel(FAINT),
            )
    if plot.span:
        axes.set_xlim(*plot.span)
    else:
        axes.margins(x=0.06)
    if plot.zero:
        axes.axvline(0, color=sentinel(FAINT), linewidth=1)
    name_axes(axes, plot.x_label)
    _legend(axes, plot)


def _name(text: str) -> str:
    lines = textwrap.wrap(safe(text), _NAME_WIDTH) or [""]
    if len(lines) > _NAME_LINES:
        lines = [*lines[: _NAME_LINES - 1], lines[_NAME_LINES - 1][: _NAME_WIDTH - 1] + "…"]
    return "\n".join(lines)


def _draw(axes: Any, number: int, dot: Dot, plot: DotPlot, row: DotRow) -> None:
    series = plot.series[dot.series]
    used = sorted({other.series for other in row.dots})
    step = used.index(dot.series) - (len(used) - 1) / 2
    y = number + step * _APART
    colour = sentinel(FAINT if row.published else LOOKS[series.ink])
    if dot.low is not None and dot.high is not None:
        axes.plot([dot.low, dot.high], [y, y], color=colour, linewidth=1.4, alpha=0.75, zorder=2)
    axes.plot([dot.value], [y], zorder=3, clip_on=False, **_marker(series, colour))


def _marker(series: Series, colour: str) -> dict[str, Any]:
    return {
        "linestyle": "none",
        "marker": LOOKS[series.ink].marker,
        "markersize": 5.5,
        "markeredgecolor": colour,
        "markeredgewidth": 1.3,
        "markerfacecolor": colour if series.filled else sentinel(PAPER),
    }


def _legend(axes: Any, plot: DotPlot) -> None:
    used = {dot.series for row in plot.rows for dot in row.dots}
    shown = [series for number, series in enumerate(plot.series) if number in used]
    handles = [
        axes.plot([], [], label=series.label, **_marker(series, sentinel(LOOKS[series.ink])))[0]
        for series in shown
    ]
    axes.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(-0.02, 1.0),
        ncols=len(shown),
        frameon=False,
        fontsize=SMALL,
        labelcolor=sentinel(TEXT),
        handletextpad=0.1,
        columnspacing=1.2,
        borderaxespad=0.0,
    )
