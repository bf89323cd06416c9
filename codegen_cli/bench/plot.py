"""A picture of the report: decoding over the batch size, and prompts; matplotlib draws it."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

from codegen_cli.bench.records import Row
from codegen_cli.bench.report import Report
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import place, temporary_beside

_FORMATS = (".png", ".svg")


def check_plot(path: Path) -> None:
    """Refuse a picture that could not be drawn, before anything is measured.

    Raises:
        UsageError: its name has another ending than .png or .svg.
        CodegenError: matplotlib is not installed.
    """
    if path.suffix.lower() not in _FORMATS:
        raise UsageError(f'--plot "{path}" is neither .png nor .svg', "change its ending")
    if importlib.util.find_spec("matplotlib") is None:
        raise CodegenError("--plot needs matplotlib", "pip install 'codegen-cli[bench]'")


def write_plot(path: Path, report: Report) -> None:
    """Draw the report; the picture is there whole or not at all.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        _figure(report).savefig(temporary, format=path.suffix.lower()[1:], dpi=150)
        place(temporary, path)


def _figure(report: Report) -> Any:
    # Imported here: about 0.5 s, and an optional extra. No pyplot: it wants a display.
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 4), layout="constrained")
    left, right = figure.subplots(1, 2)
    figure.suptitle(
        f"{report.model['name']} {report.model['file_type']} · {report.machine['processor']}, "
        f"{report.settings['threads']} threads"
    )
    _decoding(left, [row for row in report.rows if row.group == "decode"])
    _prompts(right, [row for row in report.rows if row.group == "prompt"])
    return figure


def _decoding(axes: Any, rows: list[Row]) -> None:
    batches = [row.sequences for row in rows]
    axes.errorbar(batches, [row.median for row in rows], yerr=_spread(rows), marker="o", capsize=3)
    axes.set(title="Decoding", xlabel="sequences at a time", ylabel="tokens/s", ylim=(0, None))
    axes.set_xscale("log", base=2)
    axes.set_xticks(batches, [str(batch) for batch in batches])
    axes.minorticks_off()


def _prompts(axes: Any, rows: list[Row]) -> None:
    names = [str(row.tokens) for row in rows]
    axes.bar(names, [row.median for row in rows], yerr=_spread(rows), width=0.5, capsize=3)
    axes.set(title="Prompt", xlabel="tokens in the prompt", ylabel="tokens/s")


def _spread(rows: list[Row]) -> list[list[float]]:
    return [[row.median - row.low for row in rows], [row.high - row.median for row in rows]]
