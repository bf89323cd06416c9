"""What a plot shows, without how it is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

#: A colour and a marker of their own; `plots/ink.py` says which.
Ink = Literal["nl", "multi", "mono", "neo", "j", "codex", "other"]

#: ours: filled, joined, with bars. confirmed, unverified: published, open or crossed, dashed.
Origin = Literal["ours", "confirmed", "unverified"]


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a line, its interval where it has one, and a word beside it."""

    x: float
    y: float
    low: float | None = None
    high: float | None = None
    origin: Origin = "ours"
    word: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """Points in the order of x; `label` is written at the end, empty where another line has it."""

    label: str
    ink: Ink
    points: tuple[Point, ...]


@dataclass(frozen=True, slots=True)
class LinePlot:
    """Percentages over a logarithmic axis."""

    title: str
    x_label: str
    y_label: str
    ticks: tuple[tuple[float, str], ...]
    lines: tuple[Line, ...]
    bands: bool = False


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of dot."""

    label: str
    ink: Ink
    filled: bool = True


@dataclass(frozen=True, slots=True)
class Dot:
    """A dot with its bar; `series` is the place of its kind."""

    series: int
    value: float
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class DotRow:
    """Dots on one line, a label before them and a note behind."""

    label: str
    dots: tuple[Dot, ...]
    note: str = ""
    published: bool = False


@dataclass(frozen=True, slots=True)
class DotPlot:
    """Rows of dots over a linear axis; `span` fixes the axis so that panels compare."""

    title: str
    x_label: str
    series: tuple[Series, ...]
    rows: tuple[DotRow, ...]
    span: tuple[float, float] | None = None
    zero: bool = False


Plot = LinePlot | DotPlot
