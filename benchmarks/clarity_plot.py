"""Draw what a calibration saw: the share of programs that passed, by their vaguest step.

codegen clarity show --json > nano.json && python -m benchmarks.clarity_plot nano.json clarity.svg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

_BINS = 8
_COLOURS = {"fit": "#999999", "test": "#0072b2"}


def main() -> None:
    """Write the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("record", type=Path)
    parser.add_argument("picture", type=Path)
    options = parser.parse_args()
    record = json.loads(options.record.read_text(encoding="utf-8"))
    _figure(record).savefig(options.picture, metadata={"Date": None})


def _figure(record: dict[str, Any]) -> Figure:
    found = record["calibration"]
    figure = Figure(figsize=(7.5, 4), layout="constrained")
    axes = figure.subplots()
    names = list(dict.fromkeys(problem for problem, _, _ in record["observations"]))
    halves = {"fit": set(names[::2]), "test": set(names[1::2])}
    for half, problems in halves.items():
        seen = sorted((x, ok) for problem, x, ok in record["observations"] if problem in problems)
        bins = [seen[i * len(seen) // _BINS : (i + 1) * len(seen) // _BINS] for i in range(_BINS)]
        middle = [part[len(part) // 2][0] for part in bins]
        rates = [sum(ok for _, ok in part) / len(part) for part in bins]
        axes.plot(middle, rates, "o-", color=_COLOURS[half], label=f"{half} half")
    for bound, name in ((found["clear"], "clear | fair"), (found["vague"], "fair | vague")):
        axes.axvline(bound, color="0.4", linewidth=1, linestyle="--")
        axes.text(bound, 0.03, name, rotation=90, ha="right", va="bottom", fontsize=8)
    axes.set_xscale("log")
    axes.set(
        title=f"{record['model']}: AUROC {found['auroc']:.3f} "
        f"({found['low']:.3f}…{found['high']:.3f}) on the test half",
        xlabel="perplexity of the vaguest step of a program (eighths of the programs)",
        ylabel="share that passed",
        ylim=(0, 1.02),
    )
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


if __name__ == "__main__":
    main()
