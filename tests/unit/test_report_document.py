"""Which lines, panels and cells the figures of a report become."""

from __future__ import annotations

from pathlib import Path

import pytest
from eval_runs import Fake, mtpb, write_run

from codegen_cli.evaluation.report.document.curves import curve_blocks
from codegen_cli.evaluation.report.document.groups import CATEGORIES, group_blocks
from codegen_cli.evaluation.report.document.plot import DotPlot, LinePlot
from codegen_cli.evaluation.report.document.sizes import Ours, size_plot
from codegen_cli.evaluation.report.document.turns import turns_blocks
from codegen_cli.evaluation.report.document.words import percent, signed, size, span
from codegen_cli.evaluation.report.findings.report import Report, build
from codegen_cli.evaluation.report.paper import published
from codegen_cli.evaluation.report.read.folder import read_run
from codegen_cli.evaluation.statistics import Interval

SIZES = {"350M": 356_712_448, "2B": 2_779_683_840}


def report_of(folder: Path, *fakes: Fake) -> Report:
    return build([read_run(write_run(folder / str(n), fake)) for n, fake in enumerate(fakes)])


def model(name: str, **changes: object) -> Fake:
    weights = SIZES.get(name.split("-")[1])
    start = {
        "model": name,
        "parameters": weights,
        "problems": 60,
        "samples": 2,
        "perplexity": False,
    }
    return Fake(**{**start, **changes})  # type: ignore[arg-type]


def lines_of(report: Report) -> dict[str, list[float]]:
    ours = [Ours(item.run, item.best[1].interval) for item in report.humaneval]
    paper = [figure for figure in published() if figure.metric == "pass@1"]
    plot = size_plot("pass@1", "passed, %", report, ours, paper)
    assert plot is not None
    return {
        line.label: [point.x for point in line.points]
        for line in plot.lines
        if line.points[0].origin == "ours"
    }


def test_sizes_of_one_stage_are_joined_and_stages_are_not(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        model("codegen-2B-mono"),
        model("codegen-350M-mono"),
        model("codegen-350M-nl", family="NL"),
    )
    assert lines_of(report) == {
        "Mono": [SIZES["350M"], SIZES["2B"]],
        "NL": [SIZES["350M"]],
    }


def test_nothing_that_cannot_be_compared_is_joined(tmp_path: Path) -> None:
    report_of(
        tmp_path,
        model("codegen-350M-mono"),
        model("codegen-350M-mono", file_type="Q4_K_M"),
        model("codegen-350M-mono", limit=30),
        model("my-own", family="Mono", parameters=5_000_000),
        model("codegen-2B-mono"),
    )
    (tmp_path / "4" / "results-t0.8.jsonl").unlink()
    assert lines_of(build([read_run(tmp_path / str(n)) for n in range(5)])) == {
        "Mono · Q8_0": [SIZES["350M"]],
        "Mono · Q4_K_M": [SIZES["350M"]],
        "Mono · B · Q8_0": [SIZES["350M"]],
        "Mono · incomplete · Q8_0": [SIZES["2B"]],
        "my-own": [5_000_000],
    }


def test_a_published_family_is_named_once(tmp_path: Path) -> None:
    report = report_of(tmp_path, model("codegen-350M-mono"))
    ours = [Ours(0, report.humaneval[0].best[1].interval)]
    paper = [figure for figure in published() if figure.metric == "pass@1"]
    plot = size_plot("pass@1", "passed, %", report, ours, paper)
    assert plot is not None
    named = [line.label for line in plot.lines if line.label]
    assert sorted(named) == ["Codex", "GPT-J", "GPT-Neo", "Mono", "Multi", "NL"]
    origins = {point.origin for line in plot.lines for point in line.points}
    assert origins == {"ours", "confirmed", "unverified"}


def test_models_of_unknown_size_have_no_plot(tmp_path: Path) -> None:
    report = report_of(tmp_path, model("codegen-350M-mono", parameters=None))
    assert size_plot("", "", report, [Ours(0, report.humaneval[0].best[1].interval)], []) is None


def test_curves_carry_the_published_figures_and_the_best(tmp_path: Path) -> None:
    report = report_of(tmp_path, model("codegen-350M-mono", samples=10))
    _, figures = curve_blocks(report, list(report.humaneval))
    plot = figures.figures[0].plot  # type: ignore[union-attr]
    assert isinstance(plot, LinePlot)
    assert [line.label for line in plot.lines] == ["T 0.2", "T 0.6", "T 0.8", "published"]
    stars = [point.x for line in plot.lines for point in line.points if point.word == "★"]
    assert sorted(stars) == [1, 10]


def test_a_lead_is_over_a_complete_temperature(tmp_path: Path) -> None:
    report_of(tmp_path, model("codegen-350M-mono", samples=10, temperatures=(0.2, 0.8)))
    path = tmp_path / "0" / "results-t0.8.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:300]))
    report = build([read_run(tmp_path / "0")])
    table, figures = curve_blocks(report, list(report.humaneval))
    cell = table.rows[0].cells[2]  # type: ignore[union-attr]
    assert (cell.text, cell.detail) == ("T 0.2", "nothing to compare")
    plot = figures.figures[0].plot  # type: ignore[union-attr]
    assert plot.title == "#1 codegen-350M-mono Q8_0 (incomplete)"
    assert [line.label for line in plot.lines][:2] == ["T 0.2", "T 0.8 incomplete"]


def test_a_panel_shows_the_two_runs_of_a_pair(tmp_path: Path) -> None:
    report = report_of(
        tmp_path,
        mtpb(problems=10, samples=1),
        mtpb(problems=10, samples=1, turns="single"),
        mtpb(problems=10, samples=1, turns="single", model="another"),
    )
    _, figures = group_blocks(report, list(report.mtpb), CATEGORIES)
    assert [figure.runs for figure in figures.figures] == [(0, 1), (2,)]  # type: ignore[union-attr]
    plot = figures.figures[0].plot  # type: ignore[union-attr]
    assert isinstance(plot, DotPlot)
    assert [dot.series for dot in plot.rows[0].dots] == [0, 1]
    assert [dot.series for dot in figures.figures[1].plot.rows[0].dots] == [1]  # type: ignore[union-attr]


def test_a_pair_says_that_its_single_turn_run_is_unfinished(tmp_path: Path) -> None:
    report_of(tmp_path, mtpb(problems=10), mtpb(problems=10, turns="single"))
    path = tmp_path / "1" / "results-t0.2.jsonl"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:100]))
    table = turns_blocks(build([read_run(tmp_path / str(n)) for n in range(2)]))[0]
    assert table.rows[0].cells[2].detail == "T 0.2, 5 problems, #2 incomplete"  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.4e9, "1.4B"), (12, "12"), (356_712_448, "357M"), (None, "")],
)
def test_weights_are_short(value: float | None, text: str) -> None:
    assert size(value) == text


def test_figures_as_text() -> None:
    assert percent(0.1276) == "12.76"
    assert span(Interval(0.1, 0.0512, 0.149)) == "[5.1, 14.9]"
    assert span(Interval(0.1, -0.01, 0.2), sign=True) == "[−1.0, +20.0]"
    assert [signed(v) for v in (-0.01, 0.02, -0.0)] == ["−1.00", "+2.00", "0.00"]
