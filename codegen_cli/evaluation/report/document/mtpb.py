"""The section on MTPB: Tables 3 and 4 with our runs in them, turns, categories."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from codegen_cli.evaluation.report.document.blocks import (
    Align,
    Cell,
    Figure,
    Figures,
    Row,
    Section,
    Table,
)
from codegen_cli.evaluation.report.document.marks import (
    ALONE,
    INTERVAL_NOTE,
    PLOT_KEY,
    certainty_notes,
    remark_notes,
    run_cells,
    run_order,
)
from codegen_cli.evaluation.report.document.perplexity import perplexity_blocks
from codegen_cli.evaluation.report.document.plot import Dot, DotPlot, DotRow, Series
from codegen_cli.evaluation.report.document.sizes import Ours, size_plot
from codegen_cli.evaluation.report.document.turns import turns_blocks
from codegen_cli.evaluation.report.document.words import (
    NOTHING,
    label,
    percent,
    published_cell,
    span,
)
from codegen_cli.evaluation.report.findings.mtpb import Mtpb, Rate
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import Published, counterpart, published


def mtpb_section(report: Report) -> Section | None:
    """Return the section, or None without a run."""
    runs = sorted(report.of("mtpb"), key=lambda number: run_order(report, number))
    if not runs:
        return None
    found = [item for number in runs for item in report.mtpb if item.run == number]
    blocks = [_rate_table(report, runs, found), _sizes(report, found)]
    blocks += turns_blocks(report)
    blocks += _groups(report, found, "category", lambda item: item.by_category)
    blocks += _groups(report, found, "number of turns", _by_turns)
    blocks += perplexity_blocks(report, runs, "mtpb")
    title = "MTPB, the Multi-Turn Programming Benchmark"
    return Section("mtpb", title, tuple(block for block in blocks if block))


def _rate_table(report: Report, runs: list[int], found: list[Mtpb]) -> Table:
    rows = [Row(heading="Measured here")]
    used: list[Published] = []
    for number in runs:
        facts = report.runs[number].manifest
        figure = counterpart(facts.model, "mtpb", "pass rate", facts.turns)
        used += [figure] if figure else []
        start = run_cells(report, number, "" if figure else ALONE)
        for item in (item for item in found if item.run == number):
            rate = item.overall
            cells = (
                Cell(facts.turns),
                Cell(f"{item.temperature:g}"),
                Cell(facts.mode or "–"),
                Cell(percent(rate.rate.value), span(rate.rate)),
                Cell(f"{rate.passed:,} of {rate.total:,}"),
            )
            rows.append(Row((*start, *cells, published_cell(figure))))
        if all(item.run != number for item in found):
            rows.append(Row((*start, Cell(facts.turns), *[NOTHING] * 4, published_cell(figure))))
    others = [f for f in published() if f.metric == "pass rate" and f not in used]
    rows += [Row(heading="Published, no run here"), *(_published_row(figure) for figure in others)]
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("Weights", "right")]
    heads += [("turns", "left"), ("T", "right"), ("scoring", "left")]
    heads += [("pass rate, ours", "right"), ("passed", "right"), ("published", "right")]
    return Table(
        "Pass rate in per cent",
        tuple(heads),
        tuple(rows),
        (
            INTERVAL_NOTE,
            *certainty_notes([*used, *others]),
            *remark_notes(report, runs, "incomplete", "data", "small"),
            *remark_notes(report, runs, "paper"),
        ),
    )


def _published_row(figure: Published) -> Row:
    first = (NOTHING, Cell(figure.family), Cell(figure.size or "unknown"), Cell(figure.turns))
    return Row((*first, *[NOTHING] * 4, published_cell(figure)))


def _sizes(report: Report, found: list[Mtpb]) -> Figures | None:
    figures = []
    for turns, title in (("multi", "several turns"), ("single", "a single turn")):
        ours = [
            Ours(item.run, item.overall.rate)
            for item in found
            if report.runs[item.run].manifest.turns == turns
        ]
        paper = [f for f in published() if f.metric == "pass rate" and f.turns == turns]
        plot = size_plot(f"MTPB, {title}", "passed, %", report, ours, paper)
        if plot:
            alt = f"Pass rate in {title} against the number of weights; figures in the table above."
            runs = tuple(one.run for one in ours)
            figures.append(Figure(f"mtpb-size-{turns}", plot, alt, runs))
    if not figures:
        return None
    return Figures("Pass rate against model size and data stage", tuple(figures), PLOT_KEY)


def _groups(
    report: Report, found: list[Mtpb], what: str, groups: Callable[[Mtpb], Mapping[str, Rate]]
) -> list[Table | Figures]:
    """Return table and plots of the pass rates by category or by number of turns."""
    able = [item for item in found if groups(item)]
    if not able:
        return []
    names = list(dict.fromkeys(name for item in able for name in groups(item)))
    models: dict[tuple[str, float, str], list[Mtpb]] = {}
    for item in able:
        key = (label(report.runs[item.run]), item.temperature, report.letters[item.run])
        models.setdefault(key, []).append(item)
    figures = [_group_figure(report, members, what, names, groups) for members in models.values()]
    return [
        _group_table(report, able, what, names, groups),
        Figures(f"Pass rate by {what}", tuple(figures), _GROUP_KEY),
    ]


_GROUP_KEY = (
    ("◆", "several turns; the bar is the 95 % interval over the problems of the group"),
    ("□", "a single turn"),
)
_TURNS = (Series("several turns", "mono"), Series("a single turn", "multi", filled=False))


def _group_table(
    report: Report,
    found: list[Mtpb],
    what: str,
    names: list[str],
    groups: Callable[[Mtpb], Mapping[str, Rate]],
) -> Table:
    rows: list[Row] = []
    for item in found:
        turns = report.runs[item.run].manifest.turns
        start = run_cells(report, item.run, f"{turns}-turn, T {item.temperature:g}")[:2]
        rates = [_rate_cell(groups(item).get(name)) for name in names]
        rows.append(Row((*start, *rates)))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left")]
    return Table(
        f"Pass rate by {what}, in per cent",
        (*heads, *((name, "right") for name in names)),
        tuple(rows),
        (f"{INTERVAL_NOTE} n: problems.",),
    )


def _rate_cell(rate: Rate | None) -> Cell:
    if rate is None:
        return NOTHING
    return Cell(percent(rate.rate.value), f"{span(rate.rate)} n {rate.problems}")


def _group_figure(
    report: Report,
    members: list[Mtpb],
    what: str,
    names: list[str],
    groups: Callable[[Mtpb], Mapping[str, Rate]],
) -> Figure:
    first = members[0]
    title = label(report.runs[first.run])
    rows = []
    for name in names:
        dots = []
        for item in members:
            rate = groups(item).get(name)
            place = 0 if report.runs[item.run].manifest.turns == "multi" else 1
            if rate:
                interval = rate.rate
                dots.append(
                    Dot(place, 100 * interval.value, 100 * interval.low, 100 * interval.high)
                )
        rows.append(DotRow(name, tuple(dots)))
    key = "category" if what == "category" else "turns"
    return Figure(
        f"mtpb-{key}-{first.run + 1}",
        DotPlot(title, "passed, %", _TURNS, tuple(rows), span=(0, 100)),
        f"Pass rate of {title} by {what}; the figures are in the table.",
        tuple(item.run for item in members),
    )


def _by_turns(item: Mtpb) -> dict[str, Rate]:
    return {f"{count} turns": rate for count, rate in item.by_turns.items()}
