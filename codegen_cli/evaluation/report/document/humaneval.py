"""The section on HumanEval: Table 1 with our runs in it, sizes, curves, temperatures."""

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
from codegen_cli.evaluation.report.document.curves import (
    PAPER_METRICS,
    curve_blocks,
    paper_beside,
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
from codegen_cli.evaluation.report.document.sizes import Ours, size_plot
from codegen_cli.evaluation.report.document.words import (
    NOTHING,
    percent,
    published_cell,
    span,
)
from codegen_cli.evaluation.report.findings.humaneval import PAPER_K, HumanEval
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import Published, published


def humaneval_section(report: Report) -> Section | None:
    """Return the section, or None without a run."""
    found = sorted(report.humaneval, key=lambda item: run_order(report, item.run))
    if not found:
        return None
    runs = [item.run for item in found]
    blocks = [_pass_table(report, found), _sizes(report, found), *curve_blocks(report, found)]
    blocks += perplexity_blocks(report, runs, "humaneval")
    return Section("humaneval", "HumanEval", tuple(block for block in blocks if block))


def _pass_table(report: Report, found: list[HumanEval]) -> Table:
    columns: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("Weights", "right")]
    for k in PAPER_K:
        columns += [(f"pass@{k}, ours", "right"), (f"pass@{k}, published", "right")]
    beside = [paper_beside(report, item.run) for item in found]
    rows = [Row(heading="Measured here")]
    rows += [_own_row(report, item, figures) for item, figures in zip(found, beside, strict=True)]
    used = {figure for figures in beside for figure in figures if figure}
    others = [group for group in _published_rows() if not used & set(group)]
    rows += [Row(heading="Published, no run here"), *(_published_row(group) for group in others)]
    shown = [figure for group in others for figure in group] + list(used)
    return Table(
        "pass@k in per cent, the best temperature for each k",
        tuple(columns),
        tuple(rows),
        (
            f"{INTERVAL_NOTE} T: the temperature that was best for this k.",
            *certainty_notes(shown),
            "code-cushman and code-davinci: as reported by CodeT (arXiv 2207.10397), all others by "
            "CodeGen's Table 1.",
            *remark_notes(report, [item.run for item in found], "incomplete", "data", "small"),
            *remark_notes(report, [item.run for item in found], "paper"),
        ),
    )


def _own_row(report: Report, item: HumanEval, figures: list[Published | None]) -> Row:
    alone = "" if any(figures) else ALONE
    cells = [*run_cells(report, item.run, alone)]
    for k, figure in zip(PAPER_K, figures, strict=True):
        best = item.best.get(k)
        if best is None:
            cells.append(Cell("–", f"needs {k} samples" if item.temperatures else ""))
        else:
            cells.append(
                Cell(
                    percent(best.interval.value),
                    f"{span(best.interval)} T {best.temperature:g}",
                )
            )
        cells.append(published_cell(figure))
    return Row(tuple(cells))


def _published_rows() -> list[tuple[Published, ...]]:
    rows: dict[str, list[Published]] = {}
    for figure in published():
        if figure.metric in PAPER_METRICS.values():
            rows.setdefault(figure.model, []).append(figure)
    return [tuple(row) for row in rows.values()]


def _published_row(figures: tuple[Published, ...]) -> Row:
    first = figures[0]
    cells = [NOTHING, Cell(first.family), Cell(first.size or "unknown")]
    for figure in figures:
        cells += [NOTHING, published_cell(figure)]
    return Row(tuple(cells))


def _sizes(report: Report, found: list[HumanEval]) -> Figures | None:
    figures = []
    for k in PAPER_K:
        ours = [Ours(item.run, item.best[k].interval) for item in found if k in item.best]
        paper = [figure for figure in published() if figure.metric == PAPER_METRICS[k]]
        plot = size_plot(f"pass@{k}", "passed, %", report, ours, paper)
        if plot:
            alt = f"pass@{k} against the number of weights; the figures are in the table above."
            runs = tuple(one.run for one in ours)
            figures.append(Figure(f"humaneval-size-{k}", plot, alt, runs))
    if not figures:
        return None
    return Figures("Pass rate against model size and data stage", tuple(figures), PLOT_KEY)
