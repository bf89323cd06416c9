"""Draw the losses of training: `python -m models.nano.curves models/nano/runs --out losses.svg`."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from codegen_cli.files import place, temporary_beside

STAGES = ("nl", "multi", "mono")


def losses(log: Path) -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    """Return (million tokens, loss) of training, and of the validation set where it was measured.

    Args:
        log: `metrics.jsonl` of a stage, whose rows have losses in nats a token.
    """
    rows = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    trained = {row["step"]: row["tokens"] / 1e6 for row in rows if "tokens" in row}
    training = [(trained[row["step"]], row["loss"]) for row in rows if "loss" in row]
    validation = [
        (trained[row["step"]], row["validation_loss"])
        for row in rows
        if "validation_loss" in row and row["step"] in trained
    ]
    return training, validation


def main() -> None:
    """Draw one line a size, the stages side by side."""
    parser = argparse.ArgumentParser(prog="python -m models.nano.curves", description=__doc__)
    parser.add_argument("runs", type=Path, help="SIZE/STAGE.jsonl in it")
    parser.add_argument("--out", type=Path, required=True, help=".svg or .png")
    options = parser.parse_args()
    figure = draw(sorted(path for path in options.runs.iterdir() if path.is_dir()))
    with temporary_beside(options.out) as temporary:
        figure.savefig(temporary, format=options.out.suffix[1:], dpi=150)
        place(temporary, options.out)


def draw(sizes: list[Path]) -> Any:
    """Return the figure of the logs in some folders."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(10, 3.4), layout="constrained")
    panels = figure.subplots(1, len(STAGES), width_ratios=[1, 1, 3])
    for axes, stage in zip(panels, STAGES, strict=True):
        for size, colour in zip(sizes, ("#0072b2", "#d55e00", "#009e73"), strict=False):
            training, validation = losses(size / f"{stage}.jsonl")
            axes.plot(*zip(*training, strict=True), color=colour, linewidth=0.6, alpha=0.5)
            if validation:
                label = f"{size.name}, validation"
                axes.plot(*zip(*validation, strict=True), "o-", color=colour, ms=3, label=label)
        axes.set(title=stage, xlabel="million tokens", yscale="log")
        axes.grid(color="0.9")
        axes.spines[["top", "right"]].set_visible(False)
    panels[0].set_ylabel("loss, nats a token")
    panels[-1].legend(frameon=False)
    return figure


if __name__ == "__main__":
    main()
