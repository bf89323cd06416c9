"""How all plots look: quiet axes, a faint grid, a title at the left."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Any

from codegen_cli import console
from codegen_cli.evaluation.report.plots.ink import FAINT, GRID, TEXT, sentinel

#: Inches; at 72 units an inch, letters of size 9 are readable on a phone.
WIDTH = 4.2
_TITLE = 42
SMALL = 8


def start(canvas: Any, title: str, height: float, above: float = 8) -> Any:
    """Return the axes of a new plot; `above` is the room below its title."""
    canvas.set_size_inches(WIDTH, height)
    axes = canvas.subplots()
    axes.set_title(
        textwrap.fill(safe(title), _TITLE),
        loc="left",
        fontsize=10,
        fontweight="bold",
        color=sentinel(TEXT),
        pad=above,
    )
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(sentinel(FAINT))
    axes.tick_params(colors=sentinel(FAINT), length=0, labelsize=SMALL)
    axes.set_axisbelow(True)
    return axes


def name_axes(axes: Any, x: str, y: str = "") -> None:
    """Write what the axes count."""
    axes.set_xlabel(x, color=sentinel(FAINT), fontsize=SMALL)
    if y:
        axes.set_ylabel(y, color=sentinel(FAINT), fontsize=SMALL)


def grid(axes: Any, axis: str) -> None:
    """Draw faint lines across."""
    axes.grid(axis=axis, color=sentinel(GRID), linewidth=0.8)


def safe(text: str, most: int | None = None) -> str:
    """Return text that an SVG can hold, cut where it would leave the plot no room."""
    line = " ".join(console.visible(text).split())
    return line if most is None or len(line) <= most else line[: most - 1] + "…"


def spread(places: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Move numbers apart until neighbours are `gap` apart, within bounds as far as they allow.

    >>> spread([1.0, 1.1, 5.0], 1.0, 0.0, 10.0)
    [1.0, 2.0, 5.0]
    """
    order = sorted(range(len(places)), key=lambda place: places[place])
    moved = list(places)
    floor = low
    for place in order:
        moved[place] = max(moved[place], floor)
        floor = moved[place] + gap
    ceiling = high
    for place in reversed(order):
        moved[place] = min(moved[place], ceiling)
        ceiling = moved[place] - gap
    return moved
