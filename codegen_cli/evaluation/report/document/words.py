"""Numbers and names as a reader sees them."""

from __future__ import annotations

from codegen_cli.evaluation.report.document.blocks import Cell
from codegen_cli.evaluation.report.paper import Published
from codegen_cli.evaluation.report.run import Run
from codegen_cli.evaluation.significance import Test
from codegen_cli.evaluation.statistics import Interval, Mean

#: Longer names are cut: a table or plot has no room.
_LONGEST_NAME = 48

#: Characters of a hash that tell files apart.
SHORT_HASH = 12

NOTHING = Cell("–")


def percent(value: float) -> str:
    """Return a share in per cent with the two decimals of the paper.

    >>> percent(0.12764)
    '12.76'
    """
    return f"{100 * value:.2f}"


def span(interval: Interval, *, sign: bool = False) -> str:
    """Return the two ends of an interval in per cent.

    >>> span(Interval(0.1, 0.0512, 0.149)), span(Interval(0.1, -0.01, 0.2), sign=True)
    ('[5.1, 14.9]', '[−1.0, +20.0]')
    """
    low, high = (
        signed(end, 1) if sign else f"{100 * end:.1f}" for end in (interval.low, interval.high)
    )
    return f"[{low}, {high}]"


def signed(value: float, digits: int = 2) -> str:
    """Return a difference in percentage points with its sign.

    >>> signed(-0.01), signed(0.2, 1), signed(-0.0)
    ('−1.00', '+20.0', '0.00')
    """
    text = f"{100 * value:+.{digits}f}"
    return text[1:] if float(text) == 0 else text.replace("-", "−")


def mean_cell(found: Mean | None) -> Cell:
    """Return a mean with its standard error and count.

    >>> mean_cell(Mean(4.166, 0.0625, 92)).text, mean_cell(Mean(4, None, 1)).detail
    ('4.17 ±0.06', 'n 1')
    """
    if found is None:
        return NOTHING
    error = f" ±{found.error:.2f}" if found.error is not None else ""
    return Cell(f"{found.value:.2f}{error}", f"n {found.count}")


def p_text(test: Test | None) -> str:
    """Return the p value of a test.

    >>> p_text(Test(0, 0, 0, 1, 0.0001)), p_text(Test(0, 0, 0, 1, 0.0312)), p_text(None)
    ('p < 0.001', 'p = 0.031', '')
    """
    if test is None:
        return ""
    if test.p < 0.001:
        return "p < 0.001"
    return f"p = {test.p:.3f}" if test.p < 0.1 else f"p = {test.p:.2f}"


def size(parameters: float | None) -> str:
    """Return a number of weights.

    >>> size(356_712_448), size(16_032_155_648), size(5_294_144), size(None)
    ('357M', '16.0B', '5.3M', '')
    """
    if parameters is None:
        return ""
    for factor, unit in ((1e9, "B"), (1e6, "M"), (1e3, "K")):
        if parameters >= factor:
            value = parameters / factor
            return f"{value:.0f}{unit}" if value >= 100 else f"{value:.1f}{unit}"
    return f"{parameters:.0f}"


def label(run: Run) -> str:
    """Return a run's model with its type and adapters, and its engine where that is not ours."""
    model, engine = run.manifest.model, run.manifest.engine
    added = "+".join(adapter.sha256[:SHORT_HASH] for adapter in model.adapters)
    words = (
        *(model.name, model.file_type, f"+{added}" if added else ""),
        "" if engine in ("", "llama.cpp") else engine,
    )
    text = " ".join(word for word in words if word)
    return text if len(text) <= _LONGEST_NAME else text[: _LONGEST_NAME - 1] + "…"


def published_text(figure: Published) -> str:
    """Return a published figure with its mark.

    >>> from codegen_cli.evaluation.report.paper import published
    >>> [published_text(f) for f in published() if f.model == "GPT-Neo 2.7B"][0]
    '6.41 [R; 6.4 C]'
    """
    error = f" ±{figure.error:.2f}" if figure.error is not None else ""
    rounded = f"; {figure.rounded:g} C" if figure.rounded is not None else ""
    return f"{figure.value:.2f}{error} [{figure.certainty}{rounded}]"


def published_cell(figure: Published | None) -> Cell:
    """Return a published figure as a cell."""
    if figure is None:
        return NOTHING
    return Cell(published_text(figure), unverified=not figure.verified)
