r"""Measure sizes and stages as the paper does: several turns and one, perplexity, both sets.

    python -m models.nano.study runs/nano runs/pico --problems test.jsonl --mtpb mtpb.jsonl \
        --out DIR

Every model is converted and measured by the commands that users have; a study that was stopped goes
on. DIR then has `models/`, `runs/`, `report/` (`codegen eval report`) and the picture `stages.svg`.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from models.nano.package import to_gguf
from models.nano.stages_plot import Point, write_plot

STAGES = {"nl": "NL", "multi": "Multi", "mono": "Mono"}


@dataclass(frozen=True, slots=True)
class Measurement:
    """One model on one set: `turns` is multi or single."""

    size: str
    stage: str
    problems: str
    turns: str

    @property
    def folder(self) -> str:
        """Return the name of its run."""
        return f"{self.size}-{self.stage}-{self.problems}-{self.turns}"


def measurements(sizes: list[str], sets: list[str]) -> Iterator[Measurement]:
    """Yield all of them, the last stage first: what users get is measured before the rest."""
    for stage in reversed(STAGES):
        for problems in sets:
            for size in sizes:
                for turns in ("multi", "single"):
                    yield Measurement(size, stage, problems, turns)


def points(one: Measurement, summary: dict[str, Any]) -> Iterator[Point]:
    """Yield the pass rates of a run: of the whole set, and of each category of our own problems."""
    parts = {one.problems: summary}
    if one.problems == "synthetic":
        parts = summary["by_category"]
    for name, part in parts.items():
        yield Point(one.size, STAGES[one.stage], name, one.turns, part["passed"], part["total"])


def main() -> None:
    """Measure everything that is not measured yet, then write report and picture."""
    parser = argparse.ArgumentParser(prog="python -m models.nano.study", description=__doc__)
    parser.add_argument("runs", type=Path, nargs="+", help="folders of models.train")
    parser.add_argument("--problems", type=Path, required=True, help="of models.synthetic")
    parser.add_argument("--mtpb", type=Path, help="the published problems")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    sets = {"synthetic": options.problems} | ({"MTPB": options.mtpb} if options.mtpb else {})
    found: list[Point] = []
    for one in measurements([run.name for run in options.runs], list(sets)):
        run = next(run for run in options.runs if run.name == one.size)
        model = options.out / "models" / f"{one.size}-{one.stage}.gguf"
        if not model.exists():
            model.parent.mkdir(parents=True, exist_ok=True)
            to_gguf(run / one.stage / "hf", model, f"{one.size}-{one.stage}", STAGES[one.stage])
        folder = options.out / "runs" / one.folder
        _evaluate(model, sets[one.problems], one.turns, folder)
        found += points(one, json.loads((folder / "summary.json").read_text(encoding="utf-8")))
    folders = sorted(str(path) for path in (options.out / "runs").iterdir())
    _codegen("eval", "report", *folders, "--out", str(options.out / "report"))
    write_plot(options.out / "stages.svg", found)


def _evaluate(model: Path, problems: Path, turns: str, folder: Path) -> None:
    if (folder / "summary.json").exists():
        return
    single = ["--single-turn"] if turns == "single" else []
    arguments = ["-T", "0", "--perplexity", "--model", str(model), "--data", str(problems)]
    _codegen("eval", "mtpb", *arguments, *single, "--out", str(folder))


def _codegen(*arguments: str) -> None:
    subprocess.run([sys.executable, "-m", "codegen_cli", *arguments], check=True)


if __name__ == "__main__":
    main()
