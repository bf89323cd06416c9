"""Perplexity of prompts: solved problems against the others (the paper's Table 2)."""

from __future__ import annotations

from collections.abc import Sequence

from codegen_cli.evaluation.report.document.blocks import (
    Align,
    Cell,
    Figure,
    Figures,
    Row,
    Table,
)
from codegen_cli.evaluation.report.document.marks import (
    ALONE,
    certainty_notes,
    run_cells,
    run_order,
    run_title,
)
from codegen_cli.evaluation.report.document.plot import Dot, DotPlot, DotRow, Series
from codegen_cli.evaluation.report.document.words import (
    NOTHING,
    mean_cell,
    p_text,
    published_cell,
)
from codegen_cli.evaluation.report.findings.perplexity import Perplexity
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import Metric, Published, counterpart, published
from codegen_cli.evaluation.report.run import Benchmark
from codegen_cli.evaluation.statistics import Mean

_READING = (
    "Solved: at least one sample of the run passed. p: Welch's t-test of the two means, two-sided. "
    "AUROC: how often a solved problem has the lower perplexity of two; 0.5 says nothing."
)
_SERIES = (Series("solved", "mono"), Series("not solved", "multi", filled=False))


def perplexity_blocks(
    report: Report, runs: Sequence[int], benchmark: Benchmark
) -> list[Table | Figures]:
    """Return table and plot of the runs that have perplexities."""
    found = [item for item in report.perplexity if item.run in runs]
    found.sort(key=lambda item: run_order(report, item.run))
    if not found:
        return []
    table = _table(report, found, benchmark)
    able = [item for item in found if item.solved or item.unsolved]
    if not able:
        return [table]
    figure = Figure(
        f"{benchmark}-perplexity",
        _plot(report, able),
        "Mean prompt perplexity of solved and unsolved problems; the figures are in the table.",
        tuple(item.run for item in able),
    )
    key = [
        ("◆", "solved: at least one sample passed; the bar is one standard error"),
        ("□", "not solved"),
    ]
    if _is_published(benchmark, "perplexity solved"):
        key.append(("grey", "published"))
    return [table, Figures("Prompt perplexity, solved and not", (figure,), tuple(key))]


def _means(item: Perplexity) -> tuple[tuple[str, Mean | None, Metric], ...]:
    return (
        ("all prompts", item.overall, "perplexity"),
        ("solved", item.solved, "perplexity solved"),
        ("not solved", item.unsolved, "perplexity unsolved"),
    )


def _published(report: Report, item: Perplexity, metric: Metric) -> Published | None:
    facts = report.runs[item.run].manifest
    return counterpart(facts.model, facts.benchmark, metric, facts.turns)


def _table(report: Report, found: list[Perplexity], benchmark: Benchmark) -> Table:
    rows: list[Row] = []
    shown: list[Published] = []
    for item in found:
        cells: list[Cell] = []
        beside: list[Published] = []
        for _, mean, metric in _means(item):
            figure = _published(report, item, metric)
            beside += [figure] if figure else []
            cells.append(mean_cell(mean))
            cells += [published_cell(figure)] if _is_published(benchmark, metric) else []
        turns = report.runs[item.run].manifest.turns
        first = run_cells(
            report, item.run, f"{turns}-turn" if turns else "", "" if beside else ALONE
        )
        rows.append(Row((*first, *cells, *_test_cells(item))))
        shown += beside
    unscored = [
        f"#{item.run + 1}: {item.unscored} problems have a perplexity but no scored sample."
        for item in found
        if item.unscored
    ]
    return Table(
        "Prompt perplexity, mean ± standard error over problems",
        _columns(found[0], benchmark),
        tuple(rows),
        (_READING, *certainty_notes(shown), *unscored),
    )


def _columns(item: Perplexity, benchmark: Benchmark) -> tuple[tuple[str, Align], ...]:
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("Weights", "right")]
    for name, _, metric in _means(item):
        heads.append((name, "right"))
        heads += [(f"{name}, published", "right")] if _is_published(benchmark, metric) else []
    return (*heads, ("p", "right"), ("AUROC", "right"))


def _is_published(benchmark: Benchmark, metric: Metric) -> bool:
    return any((f.benchmark, f.metric) == (benchmark, metric) for f in published())


def _test_cells(item: Perplexity) -> tuple[Cell, Cell]:
    # Welch's test needs two problems in each group.
    p = Cell(p_text(item.test)) if item.test else NOTHING
    return p, Cell(f"{item.auroc:.2f}") if item.auroc is not None else NOTHING


def _plot(report: Report, found: list[Perplexity]) -> DotPlot:
    rows = []
    for item in found:
        groups = (item.solved, item.unsolved)
        dots = [_dot(place, mean) for place, mean in enumerate(groups) if mean]
        turns = report.runs[item.run].manifest.turns
        name = run_title(report, item.run)
        rows.append(DotRow(f"{name}, {turns}" if turns else name, tuple(dots), p_text(item.test)))
        figures = [
            (place, figure)
            for place, (_, _, metric) in enumerate(_means(item)[1:])
            if (figure := _published(report, item, metric))
        ]
        if figures:
            mark = " ".join(sorted({f"[{figure.certainty}]" for _, figure in figures}))
            paper = tuple(_published_dot(place, figure) for place, figure in figures)
            rows.append(DotRow(f"published {figures[0][1].size} {mark}", paper, published=True))
    return DotPlot("Prompt perplexity", "mean perplexity ± standard error", _SERIES, tuple(rows))


def _dot(series: int, mean: Mean) -> Dot:
    error = mean.error or 0.0
    return Dot(series, mean.value, mean.value - error, mean.value + error)


def _published_dot(series: int, figure: Published) -> Dot:
    error = figure.error or 0.0
    return Dot(series, figure.value, figure.value - error, figure.value + error)
