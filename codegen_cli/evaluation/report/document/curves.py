"""pass@k against k at each temperature, and which temperature was best."""

from __future__ import annotations

from codegen_cli.evaluation.report.document.blocks import (
    Align,
    Cell,
    Figure,
    Figures,
    Row,
    Table,
)
from codegen_cli.evaluation.report.document.marks import (
    CYCLE,
    PLOT_KEY,
    origin_of,
    run_cells,
    run_title,
)
from codegen_cli.evaluation.report.document.plot import Line, LinePlot, Point
from codegen_cli.evaluation.report.document.words import NOTHING, label, percent, signed, span
from codegen_cli.evaluation.report.findings.humaneval import PAPER_K, HumanEval, Temperature
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import Metric, Published, counterpart

PAPER_METRICS: dict[int, Metric] = {1: "pass@1", 10: "pass@10", 100: "pass@100"}


def paper_beside(report: Report, number: int) -> list[Published | None]:
    """Return the published pass@k of a run's model, for the k of the paper."""
    model = report.runs[number].manifest.model
    return [counterpart(model, "humaneval", PAPER_METRICS[k]) for k in PAPER_K]


def curve_blocks(report: Report, found: list[HumanEval]) -> list[Table | Figures]:
    """Return the best temperatures and the curves of the runs that have a scored sample."""
    able = [item for item in found if item.temperatures]
    if not able:
        return []
    figures = []
    for item in able:
        name = label(report.runs[item.run])
        figures.append(
            Figure(
                f"humaneval-curve-{item.run + 1}",
                _curve(report, item, run_title(report, item.run)),
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
        Line(_line_name(found), ink, _curve_points(item, found))
        for found, ink in zip(item.temperatures, CYCLE * len(item.temperatures), strict=False)
    ]
    paper = [
        Point(k, figure.value / 100, origin=origin_of(figure))
        for k, figure in zip(PAPER_K, paper_beside(report, item.run), strict=True)
        if figure
    ]
    if paper:
        lines.append(Line("published", "other", tuple(paper)))
    most = max(point.x for line in lines for point in line.points)
    ticks = tuple((float(k), str(k)) for k in PAPER_K if k <= most)
    return LinePlot(title, "k", "passed, %", ticks, tuple(lines), bands=True)


def _line_name(found: Temperature) -> str:
    return f"T {found.temperature:g}" + (" incomplete" if found.missing else "")


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
            cells = [
                *run_cells(report, item.run)[:2],
                Cell(f"{one.temperature:g}", "incomplete" if one.missing else ""),
            ]
            for k in ks:
                interval = one.pass_at_k.get(k)
                cells.append(Cell(percent(interval.value), span(interval)) if interval else NOTHING)
            rows.append(Row(tuple(cells)))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left"), ("T", "right")]
    heads += [(f"pass@{k}", "right") for k in ks]
    return Table("pass@k by temperature, in per cent", tuple(heads), tuple(rows))
