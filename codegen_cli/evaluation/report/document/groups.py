"""Pass rates of MTPB by category and by number of turns."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from codegen_cli.evaluation.report.document.blocks import (
    Align,
    Cell,
    Figure,
    Figures,
    Row,
    Table,
)
from codegen_cli.evaluation.report.document.marks import (
    INTERVAL_NOTE,
    TURN_KEY,
    TURN_SERIES,
    percent_dot,
    run_cells,
    run_title,
)
from codegen_cli.evaluation.report.document.plot import Dot, DotPlot, DotRow
from codegen_cli.evaluation.report.document.words import NOTHING, percent, span
from codegen_cli.evaluation.report.findings.mtpb import Mtpb, Rate
from codegen_cli.evaluation.report.findings.report import Report

#: Problems of one's own may have any number of categories; report.json has them all.
_MOST_GROUPS = 24


@dataclass(frozen=True, slots=True)
class Grouping:
    """A way to group problems: its name, the name of its files, the rates that a run has."""

    name: str
    key: str
    rates: Callable[[Mtpb], Mapping[str, Rate]]


CATEGORIES = Grouping("category", "category", lambda item: item.by_category)
TURNS = Grouping(
    "number of turns",
    "length",
    lambda item: {f"{count} turns": rate for count, rate in item.by_turns.items()},
)


def group_blocks(report: Report, found: list[Mtpb], by: Grouping) -> list[Table | Figures]:
    """Return table and plots of the pass rates by group."""
    able = [item for item in found if by.rates(item)]
    if not able:
        return []
    names = list(dict.fromkeys(name for item in able for name in by.rates(item)))[:_MOST_GROUPS]
    figures = [_figure(report, members, names, by) for members in _together(report, able)]
    return [
        _table(report, able, names, by),
        Figures(f"Pass rate by {by.name}", tuple(figures), TURN_KEY),
    ]


def _together(report: Report, found: list[Mtpb]) -> list[list[Mtpb]]:
    """Put a single-turn run to the multi-turn run that it is paired with."""
    at = {(item.run, item.temperature): item for item in found}
    mates = {(p.multi, p.temperature): (p.single, p.temperature) for p in report.pairs}
    together = []
    for place, item in at.items():
        mate = at.get(mates[place]) if place in mates else None
        if place not in mates.values():
            together.append([item, mate] if mate else [item])
    return together


def _table(report: Report, found: list[Mtpb], names: list[str], by: Grouping) -> Table:
    rows: list[Row] = []
    for item in found:
        turns = report.runs[item.run].manifest.turns
        start = run_cells(report, item.run, f"{turns}-turn, T {item.temperature:g}")[:2]
        rates = [_cell(by.rates(item).get(name)) for name in names]
        rows.append(Row((*start, *rates)))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left")]
    return Table(
        f"Pass rate by {by.name}, in per cent",
        (*heads, *((name, "right") for name in names)),
        tuple(rows),
        (f"{INTERVAL_NOTE} n: problems. At most {_MOST_GROUPS} groups are shown.",),
    )


def _cell(rate: Rate | None) -> Cell:
    if rate is None:
        return NOTHING
    return Cell(percent(rate.rate.value), f"{span(rate.rate)} n {rate.problems}")


def _figure(report: Report, members: list[Mtpb], names: list[str], by: Grouping) -> Figure:
    first = members[0]
    title = f"{run_title(report, first.run)}, T {first.temperature:g}"
    rows = [DotRow(name, tuple(_dots(report, members, name, by))) for name in names]
    temperature = f"{first.temperature:g}".replace(".", "_")
    return Figure(
        f"mtpb-{by.key}-{first.run + 1}-{temperature}",
        DotPlot(title, "passed, %", TURN_SERIES, tuple(rows), span=(0, 100)),
        f"Pass rate of {title} by {by.name}; the figures are in the table.",
        tuple(item.run for item in members),
    )


def _dots(report: Report, members: list[Mtpb], name: str, by: Grouping) -> list[Dot]:
    return [
        percent_dot(report.runs[item.run].manifest.turns == "single", rate.rate)
        for item in members
        if (rate := by.rates(item).get(name))
    ]
