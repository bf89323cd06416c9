"""Several turns against a single one, paired by problem (the paper's Table 4 and Figure 2)."""

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
    TURN_KEY,
    TURN_SERIES,
    certainty_notes,
    percent_dot,
    run_cells,
    run_link,
    run_order,
    run_title,
)
from codegen_cli.evaluation.report.document.plot import DotPlot, DotRow, Series
from codegen_cli.evaluation.report.document.words import (
    NOTHING,
    mean_cell,
    p_text,
    percent,
    published_cell,
    signed,
    span,
)
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.findings.turns import DIFFICULTIES, Gain, Pair, PromptGain
from codegen_cli.evaluation.report.paper import Published, counterpart
from codegen_cli.evaluation.statistics import Interval

_LEVELS = (Series("hard", "multi"), Series("medium", "nl"), Series("easy", "mono"))
_READING = (
    "Gain: several turns − a single turn in percentage points, the mean over problems that both "
    "runs have, with its paired 95 % bootstrap interval."
)
_DIFFICULTY = (
    "Hard, medium, easy: below 30 %, between, above 70 % passed, averaged over both forms and all "
    "models compared here on the same problems (Figure 2 of the paper [R])."
)


def turns_blocks(report: Report) -> list[Table | Figures]:
    """Return tables and plots of all pairs of runs."""
    found = sorted(report.pairs, key=lambda pair: run_order(report, pair.multi))
    if not found:
        return []
    runs = tuple(number for pair in found for number in (pair.multi, pair.single))
    figures = (
        Figure(
            "mtpb-turns",
            _rates(report, found),
            "Pass rates in several turns and in a single one; the figures are in the table above.",
            runs,
        ),
        Figure(
            "mtpb-difficulty",
            _levels(report, found),
            "Gain of several turns by difficulty; the figures are in the table above.",
            runs,
        ),
    )
    key = (
        *TURN_KEY,
        ("■ ● ◆", "problems that are hard, medium, easy"),
    )
    prompts = [(pair, pair.prompts) for pair in found if pair.prompts]
    return [
        _table(report, found),
        _level_table(report, found),
        Figures("Several turns against a single one", figures, key),
        *([_prompt_table(report, prompts)] if prompts else []),
    ]


def _table(report: Report, found: list[Pair]) -> Table:
    rows = []
    shown: list[Published] = []
    for pair in found:
        model = report.runs[pair.multi].manifest.model
        beside = [counterpart(model, "mtpb", "pass rate", turns) for turns in ("multi", "single")]
        shown += [figure for figure in beside if figure]
        start = run_cells(report, pair.multi, *_pair_details(report, pair))
        rows.append(
            Row(
                (
                    start[0],
                    run_link(pair.single),
                    start[1],
                    _cell(pair.multi_rate),
                    published_cell(beside[0]),
                    _cell(pair.single_rate),
                    published_cell(beside[1]),
                    _gain_cell(pair.gain),
                    published_gain(beside[0], beside[1]),
                )
            )
        )
    heads: list[tuple[str, Align]] = [("multi", "left"), ("single", "left"), ("Model", "left")]
    names = ("several turns", "a single turn", "gain")
    heads += [(f"{name}, {whose}", "right") for name in names for whose in ("ours", "published")]
    unpaired = [
        f"#{pair.multi + 1} and #{pair.single + 1}: {pair.unpaired} problems are in one run only "
        "and left out."
        for pair in found
        if pair.unpaired
    ]
    return Table(
        "Several turns against a single one, in per cent",
        tuple(heads),
        tuple(rows),
        (_READING, *certainty_notes(shown), *unpaired),
    )


def _pair_details(report: Report, pair: Pair) -> tuple[str, ...]:
    part = f"#{pair.single + 1} incomplete" if report.incomplete(pair.single) else ""
    return (f"T {pair.temperature:g}", f"{pair.gain.problems} problems", part)


def published_gain(multi: Published | None, single: Published | None) -> Cell:
    """Return the difference of two published figures; it is as sure as the less sure of them."""
    if multi is None or single is None:
        return NOTHING
    verified = multi.verified and single.verified
    text = f"{signed((multi.value - single.value) / 100)} [{'C' if verified else 'R'}]"
    return Cell(text, unverified=not verified)


def _level_table(report: Report, found: list[Pair]) -> Table:
    rows = []
    for pair in found:
        gains = [pair.by_difficulty.get(level) for level in DIFFICULTIES]
        start = run_cells(report, pair.multi, f"T {pair.temperature:g}")
        rows.append(Row((*start[:2], *(_gain_cell(gain, count=True) for gain in gains))))
    heads: list[tuple[str, Align]] = [("Run", "left"), ("Model", "left")]
    return Table(
        "Gain of several turns by difficulty, in percentage points",
        (*heads, *((level, "right") for level in DIFFICULTIES)),
        tuple(rows),
        (f"{_DIFFICULTY} n: problems.",),
    )


def _prompt_table(report: Report, found: list[tuple[Pair, PromptGain]]) -> Table:
    rows = []
    shown: list[Published] = []
    for pair, prompts in found:
        model = report.runs[pair.multi].manifest.model
        beside = [counterpart(model, "mtpb", "perplexity", turns) for turns in ("multi", "single")]
        shown += [figure for figure in beside if figure]
        start = run_cells(report, pair.multi)
        rows.append(
            Row(
                (
                    start[0],
                    run_link(pair.single),
                    start[1],
                    mean_cell(prompts.multi),
                    published_cell(beside[0]),
                    mean_cell(prompts.single),
                    published_cell(beside[1]),
                    Cell(p_text(prompts.test)) if prompts.test else NOTHING,
                )
            )
        )
    heads: list[tuple[str, Align]] = [("multi", "left"), ("single", "left"), ("Model", "left")]
    names = (
        "several turns, ours",
        "several turns, published",
        "a single turn, ours",
        "a single turn, published",
        "p",
    )
    return Table(
        "Prompt perplexity in several turns and in a single one",
        (*heads, *((name, "right") for name in names)),
        tuple(rows),
        (
            "Mean ± standard error over the problems that both runs have. p: paired t-test, "
            "two-sided.",
            *certainty_notes(shown),
        ),
    )


def _cell(interval: Interval) -> Cell:
    return Cell(percent(interval.value), span(interval))


def _gain_cell(gain: Gain | None, *, count: bool = False) -> Cell:
    if gain is None:
        return NOTHING
    problems = f" n {gain.problems}" if count else ""
    return Cell(signed(gain.difference.value), span(gain.difference, sign=True) + problems)


def _rates(report: Report, found: list[Pair]) -> DotPlot:
    rows = [
        DotRow(
            run_title(report, pair.multi),
            (percent_dot(0, pair.multi_rate), percent_dot(1, pair.single_rate)),
            f"{signed(pair.gain.difference.value, 1)}",
        )
        for pair in found
    ]
    return DotPlot("Pass rate", "passed, %", TURN_SERIES, tuple(rows))


def _levels(report: Report, found: list[Pair]) -> DotPlot:
    rows = [
        DotRow(
            run_title(report, pair.multi),
            tuple(
                percent_dot(place, gain.difference)
                for place, level in enumerate(DIFFICULTIES)
                if (gain := pair.by_difficulty.get(level))
            ),
        )
        for pair in found
    ]
    title = "Gain of several turns"
    return DotPlot(title, "percentage points", _LEVELS, tuple(rows), zero=True)
