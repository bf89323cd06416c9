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
from codegen_cli.evaluation.report.document.marks import (
    ALONE,
    CYCLE,
    INTERVAL_NOTE,
    PLOT_KEY,
    certainty_notes,
    origin_of,
    remark_notes,
    run_cells,
    run_order,
)
from codegen_cli.evaluation.report.document.perplexity import perplexity_blocks
from codegen_cli.evaluation.report.document.plot import Line, LinePlot, Point
from codegen_cli.evaluation.report.document.sizes import Ours, size_plot
from codegen_cli.evaluation.report.document.words import (
    NOTHING,
    label,
    percent,
    published_cell,
    signed,
    span,
)
from codegen_cli.evaluation.report.findings.humaneval import PAPER_K, HumanEval, Temperature
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import Metric, Published, counterpart, published

_METRICS: dict[int, Metric] = {1: "pass@1", 10: "pass@10", 100: "pass@100"}


def humaneval_section(report: Report) -> Section | None:
    """Return the section, or None without a run."""
    found = sorted(report.humaneval, key=lambda item: run_order(report, item.run))
    if not found:
        return None
    runs = [item.run for item in found]
    blocks = [_pass_table(report, found), _sizes(report, found), *_curves(report, found)]
    blocks += perplexity_blocks(report, runs, "humaneval")
    return Section("humaneval", "HumanEval", tuple(block for block in blocks if block))


def _pass_table(report: Report, found: list[HumanEval]) -> Table:
    columns: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("Weights", "right")]
    for k in PAPER_K:
        columns += [(f"pass@{k}, ours", "right"), ("published", "right")]
    beside = [_beside(report, item) for item in found]
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


def _beside(report: Report, item: HumanEval) -> list[Published | None]:
    model = report.runs[item.run].manifest.model
    return [counterpart(model, "humaneval", _METRICS[k]) for k in PAPER_K]


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
        if figure.metric in _METRICS.values():
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
        paper = [figure for figure in published() if figure.metric == _METRICS[k]]
        plot = size_plot(f"pass@{k}", "passed, %", report, ours, paper)
        if plot:
            alt = f"pass@{k} against the number of weights; the figures are in the table above."
            runs = tuple(one.run for one in ours)
            figures.append(Figure(f"humaneval-size-{k}", plot, alt, runs))
    if not figures:
        return None
    return Figures("Pass rate against model size and data stage", tuple(figures), PLOT_KEY)


def _curves(report: Report, found: list[HumanEval]) -> list[Table | Figures]:
    able = [item for item in found if item.temperatures]
    if not able:
        return []
    figures = []
    for item in able:
        name = label(report.runs[item.run])
        figures.append(
            Figure(
                f"humaneval-curve-{item.run + 1}",
                _curve(report, item, f"#{item.run + 1} {name}"),
                f"pass@k of {name} against k, a line for each temperature; data below.",
                (item.run,),
            )
        )
    key = (
        ("★", "the best temperature at this k"),
        ("▒", "95 % interval"),
        *PLOT_KEY[1:],
    )
    return [
        _temperature_table(report, able),
        Figures("pass@k by temperature", tuple(figures), key, _curve_data(report, able)),
    ]


def _curve(report: Report, item: HumanEval, title: str) -> LinePlot:
    lines = [
        Line(f"T {found.temperature:g}", ink, _curve_points(item, found))
        for found, ink in zip(item.temperatures, CYCLE * len(item.temperatures), strict=False)
    ]
    paper = [
        Point(k, figure.value / 100, origin=origin_of(figure))
        for k, figure in zip(PAPER_K, _beside(report, item), strict=True)
        if figure
    ]
    if paper:
        lines.append(Line("published", "other", tuple(paper)))
    most = max(point.x for line in lines for point in line.points)
    ticks = tuple((float(k), str(k)) for k in PAPER_K if k <= most)
    return LinePlot(title, "k", "passed, %", ticks, tuple(lines), bands=True)


def _curve_points(item: HumanEval, found: Temperature) -> tuple[Point, ...]:
    return tuple(
        Point(
            k,
            interval.value,
            interval.low,
            interval.high,
            word="★" if k in item.best and item.best[k].temperature == found.temperature else "",
        )
        for k, interval in found.pass_at_k.items()
    )


def _temperature_table(report: Report, found: list[HumanEval]) -> Table:
    rows = []
    for item in found:
        cells = [_best_cell(item, k) for k in PAPER_K]
        rows.append(Row((*run_cells(report, item.run)[:2], *cells)))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left")]
    return Table(
        "Best temperature for each k",
        (*heads, *((f"pass@{k}", "right") for k in PAPER_K)),
        tuple(rows),
        (
            "Under each: its lead over the next temperature in percentage points. Incomplete "
            "temperatures are chosen only where no other is complete.",
        ),
    )


def _best_cell(item: HumanEval, k: int) -> Cell:
    best = item.best.get(k)
    if best is None:
        return NOTHING
    others = [
        (one.pass_at_k[k].value, one.temperature)
        for one in item.temperatures
        if k in one.pass_at_k
        and one.temperature != best.temperature
        and not (best.complete and one.missing)
    ]
    if not others:
        return Cell(f"T {best.temperature:g}", "nothing to compare")
    value, temperature = max(others)
    return Cell(
        f"T {best.temperature:g}", f"{signed(best.interval.value - value)} over T {temperature:g}"
    )


def _curve_data(report: Report, found: list[HumanEval]) -> Table:
    ks = sorted({k for item in found for one in item.temperatures for k in one.pass_at_k})
    rows = []
    for item in found:
        for one in item.temperatures:
            cells = [*run_cells(report, item.run)[:2], Cell(f"{one.temperature:g}")]
            for k in ks:
                interval = one.pass_at_k.get(k)
                cells.append(Cell(percent(interval.value), span(interval)) if interval else NOTHING)
            rows.append(Row(tuple(cells)))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("T", "right")]
    heads += [(f"pass@{k}", "right") for k in ks]
    return Table("pass@k by temperature, in per cent", tuple(heads), tuple(rows))
