"""What is shared by the sections: the order of runs, their cells, the notes under tables."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from codegen_cli.evaluation.report.document.blocks import Cell
from codegen_cli.evaluation.report.document.plot import Dot, Ink, Origin, Series
from codegen_cli.evaluation.report.document.words import label, size
from codegen_cli.evaluation.report.findings.remarks import Subject
from codegen_cli.evaluation.report.findings.report import Report
from codegen_cli.evaluation.report.paper import CERTAINTY, Published, family_of
from codegen_cli.evaluation.statistics import Interval

#: The data stages in the order in which the weights saw them, then the baselines.
INKS: dict[str, Ink] = {
    "CodeGen-NL": "nl",
    "CodeGen-Multi": "multi",
    "CodeGen-Mono": "mono",
    "GPT-Neo": "neo",
    "GPT-J": "j",
    "Codex": "codex",
}

#: Colours in a row, where they stand for nothing but order.
CYCLE: tuple[Ink, ...] = ("mono", "multi", "nl", "neo", "j", "codex", "other")

_NAME_BEFORE_MARKS = 28

ALONE = "no published counterpart"
INTERVAL_NOTE = "In brackets: 95 % bootstrap interval over problems."

PLOT_KEY = (
    ("●", "filled, solid line: measured here; the bar is the 95 % interval"),
    ("○", "open, dashed: published, a second source agrees [C]"),
    ("×", "cross, dashed: published, unverified [R]: recalled, not checked against the paper"),
)

#: Dots for runs in several turns and in one, in this order.
TURN_SERIES = (Series("several turns", "mono"), Series("a single turn", "multi", filled=False))
TURN_KEY = (("◆", "several turns; the bar is the 95 % interval"), ("□", "a single turn"))


def percent_dot(series: int, interval: Interval) -> Dot:
    """Return a rate or difference as a dot on an axis in per cent."""
    return Dot(series, 100 * interval.value, 100 * interval.low, 100 * interval.high)


def ink_of(family: str | None) -> Ink:
    """Return the colour of a family."""
    return INKS.get(family or "", "other")


def origin_of(figure: Published) -> Origin:
    """Return how a published figure is drawn."""
    return "confirmed" if figure.verified else "unverified"


def run_order(report: Report, number: int) -> tuple[int, float, str, int]:
    """Return the place of a run: by family in the order of the data stages, then by size."""
    model = report.runs[number].manifest.model
    family = family_of(model)
    place = list(INKS).index(family) if family in INKS else len(INKS)
    return (place, model.parameters or 0, model.name, number)


def run_link(number: int) -> Cell:
    """Return a run's number, linked to its row among all runs."""
    return Cell(f"#{number + 1}", link=run_anchor(number))


def run_anchor(number: int) -> str:
    """Return the anchor of a run's row among all runs."""
    return f"run-{number + 1}"


def run_cells(report: Report, number: int, *details: str) -> tuple[Cell, Cell, Cell]:
    """Return the first cells of a run's row: its number, its model with its marks, its weights."""
    run, letter = report.runs[number], report.letters[number]
    marks = (f"problems {letter}" if letter else "", report.incomplete(number) and "incomplete")
    words = [*details, *marks]
    return (
        run_link(number),
        Cell(label(run), ", ".join(word for word in words if word)),
        Cell(size(run.manifest.model.parameters)),
    )


def run_title(report: Report, number: int) -> str:
    """Return the name of a run in a plot: its number and model, and what is wrong with it."""
    marks = [report.letters[number]] if report.letters[number] else []
    marks += ["incomplete"] if report.incomplete(number) else []
    name = label(report.runs[number])
    if marks:
        # A plot cuts long names off, and these words must stay.
        name = f"{name[:_NAME_BEFORE_MARKS]} ({', '.join(marks)})"
    return f"#{number + 1} {name}"


def certainty_notes(figures: Iterable[Published | None]) -> list[str]:
    """Explain the marks of the published figures that are shown."""
    shown = {figure.certainty for figure in figures if figure}
    return [f"[{mark}] {meaning}." for mark, meaning in CERTAINTY.items() if mark in shown]


def remark_notes(report: Report, numbers: Sequence[int], *subjects: Subject) -> list[str]:
    """Return the remarks on some runs, one line a remark, naming the runs that share it."""
    runs: dict[str, list[int]] = {}
    for number in sorted(set(numbers)):
        for remark in report.remarks[number]:
            if remark.subject in subjects or not subjects:
                runs.setdefault(remark.text, []).append(number)
    return [f"{numbered(members)}: {text}." for text, members in runs.items()]


def numbered(runs: Sequence[int]) -> str:
    """Name runs by their numbers, neighbours as a range.

    >>> numbered([0, 1, 2, 4])
    '#1–#3, #5'
    """
    parts: list[list[int]] = []
    for number in runs:
        if parts and parts[-1][-1] == number - 1:
            parts[-1].append(number)
        else:
            parts.append([number])
    return ", ".join(
        f"#{part[0] + 1}" if len(part) == 1 else f"#{part[0] + 1}–#{part[-1] + 1}" for part in parts
    )
