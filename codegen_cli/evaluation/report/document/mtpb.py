"""The section on MTPB: Tables 3 and 4 with our runs in them, turns, categories."""

from __future__ import annotations

from codegen_cli.evaluation.report.document.blocks import (
    Align,
    Cell,
    Figure,
    Figures,
    Row,
    Section,
    Table,
)
from codegen_cli.evaluation.report.document.groups import CATEGORIES, TURNS, group_blocks
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
from codegen_cli.evaluation.report.document.sizes import Ours, size_plot
from codegen_cli.evaluation.report.document.turns import turns_blocks
from codegen_cli.evaluation.report.document.words import (
    NOTHING,
    percent,
    published_cell,
    span,
)
from codegen_cli.evaluation.report.findings.mtpb import Mtpb
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
    blocks += group_blocks(report, found, CATEGORIES)
    blocks += group_blocks(report, found, TURNS)
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
    heads += [("pass rate, ours", "right"), ("passed", "right"), ("pass rate, published", "right")]
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
