"""Pass rate against model size, a line for each data stage: ours and the published ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from codegen_cli.evaluation.report.document.marks import ink_of, origin_of
from codegen_cli.evaluation.report.document.plot import Line, LinePlot, Point
from codegen_cli.evaluation.report.document.words import size
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import Metric, Published, counterpart, family_of
from codegen_cli.evaluation.report.run import Benchmark
from codegen_cli.evaluation.statistics import Interval

_JOINT = " · "
_LONGEST_NAME = 16
_MOST_TICKS = 6


#: A metric that is published for every released model: whether a model is one of them.
_ANY: dict[Benchmark, Metric] = {"humaneval": "pass@1", "mtpb": "pass rate"}


class _Key(NamedTuple):
    """What runs must share to be joined by a line; `alone` is a run that must not be joined."""

    name: str
    build: tuple[str, str]
    letter: str
    alone: int | None


@dataclass(frozen=True, slots=True)
class Ours:
    """A figure of a run."""

    run: int
    interval: Interval


def size_plot(
    title: str, y_label: str, report: Report, ours: Sequence[Ours], paper: Sequence[Published]
) -> LinePlot | None:
    """Return the plot, or None when no run has a size."""
    own = _own_lines(report, ours)
    if not own:
        return None
    labelled = {line.label.split(_JOINT)[0] for line in own}
    lines = [*own, *_published_lines(paper, labelled)]
    places = [point.x for line in lines for point in line.points]
    return LinePlot(title, "weights", y_label, size_ticks(min(places), max(places)), tuple(lines))


def size_ticks(least: float, most: float) -> tuple[tuple[float, str], ...]:
    """Return round numbers of weights between two."""
    decades = range(math.floor(math.log10(least)), math.ceil(math.log10(most)) + 1)
    for steps in ((1, 3), (1,)):
        ticks = [step * 10.0**decade for decade in decades for step in steps]
        ticks = [tick for tick in ticks if least * 0.8 <= tick <= most * 1.25]
        if len(ticks) <= _MOST_TICKS:
            break
    return tuple((tick, size(tick).replace(".0", "")) for tick in ticks)


def _own_lines(report: Report, ours: Sequence[Ours]) -> list[Line]:
    """Join the released models of one family, on the same problems, in the same type and engine.

    Another model, or a run that is incomplete, is a point of its own.
    """
    groups: dict[_Key, list[Ours]] = {}
    for found in ours:
        facts = report.runs[found.run].manifest
        if facts.model.parameters:
            released = counterpart(facts.model, facts.benchmark, _ANY[facts.benchmark], facts.turns)
            alone = None if released and not report.incomplete(found.run) else found.run
            name = released.family if released else facts.model.name
            build = (facts.model.file_type, facts.engine)
            key = _Key(name, build, report.letters[found.run], alone)
            groups.setdefault(key, []).append(found)
    return [
        Line(
            _label(report, key, list(groups)),
            ink_of(family_of(report.runs[members[0].run].manifest.model)),
            tuple(sorted((_point(report, found) for found in members), key=lambda p: p.x)),
        )
        for key, members in groups.items()
    ]


def _label(report: Report, key: _Key, every: list[_Key]) -> str:
    """Name a line, with its type and engine where there are several of that name."""
    several = len({other.build for other in every if other.name == key.name}) > 1
    words = [key.name.removeprefix("CodeGen-")[:_LONGEST_NAME]]
    # What a plot cuts off stands last.
    words += [key.letter] if key.letter else []
    words += ["incomplete"] if key.alone is not None and report.incomplete(key.alone) else []
    words += [word for word in key.build if several and word != "llama.cpp"]
    return _JOINT.join(words)


def _point(report: Report, found: Ours) -> Point:
    weights = report.runs[found.run].manifest.model.parameters or 0
    return Point(weights, found.interval.value, found.interval.low, found.interval.high)


def _published_lines(figures: Sequence[Published], labelled: set[str]) -> list[Line]:
    groups: dict[str, list[Published]] = {}
    for figure in figures:
        if figure.parameters:
            groups.setdefault(figure.family, []).append(figure)
    lines = []
    for family, members in groups.items():
        short = family.removeprefix("CodeGen-")
        points = [
            Point(figure.parameters or 0, figure.value / 100, origin=origin_of(figure))
            for figure in sorted(members, key=lambda figure: figure.parameters or 0)
        ]
        lines.append(Line("" if short in labelled else short, ink_of(family), tuple(points)))
    return lines
