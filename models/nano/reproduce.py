"""Train the first steps again and compare their losses with the log that is kept.

    python -m models.nano.reproduce nano --corpora build/nano/corpora

The same rows on as many cores of the same processor give the same losses to the bit. The kept log
is of one core (`taskset -c 0`); on two they differ from the sixth digit on (`--tolerance 1e-4`).
Another processor rounds otherwise, and the corpora of another machine are other rows.
"""

from __future__ import annotations

import argparse
import json
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).parent


def command(recipe: str, corpora: Path, out: Path) -> list[str]:
    """Return the command that trains a packaged model."""
    rows = [f"--data={stage}={corpora / stage / 'rows'}" for stage in ("nl", "multi", "mono")]
    return [
        *(sys.executable, "-m", "models.train", "run", recipe, "--out", str(out)),
        *("--tokenizer", str(corpora / "tokenizer"), *rows),
        f"--eval-data=mono={corpora / 'validation/rows'}",
    ]


def logged(path: Path) -> dict[int, float]:
    """Return the losses of a log by step; the last line may be half written."""
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return {row["step"]: row["loss"] for row in rows if "loss" in row}


def main() -> int:
    """Return 0 when every loss is the logged one within the tolerance."""
    parser = argparse.ArgumentParser(prog="python -m models.nano.reproduce", description=__doc__)
    parser.add_argument("recipe", help="nano or pico")
    parser.add_argument("--corpora", type=Path, required=True, help="of models/nano/corpora.toml")
    parser.add_argument("--steps", type=int, default=50)
    parser.add_argument("--tolerance", type=float, default=0.0, help="relative")
    options = parser.parse_args()
    kept = logged(HERE / "runs" / options.recipe / "nl.jsonl")
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "run"
        found = _first_losses(command(options.recipe, options.corpora, out), out, options.steps)
    return report(kept, found, options.steps, options.tolerance)


def _first_losses(arguments: list[str], out: Path, steps: int) -> dict[int, float]:
    log = out / "nl" / "metrics.jsonl"
    with subprocess.Popen(arguments, stdout=subprocess.DEVNULL) as process:
        try:
            while process.poll() is None and max(logged(log), default=0) < steps:
                time.sleep(0.5)
        finally:
            process.send_signal(signal.SIGINT)
    return logged(log)


def report(kept: dict[int, float], found: dict[int, float], steps: int, tolerance: float) -> int:
    """Print both losses of each logged step, and return the exit code."""
    wrong = 0
    for step in (step for step in kept if step <= steps):
        same = step in found and abs(found[step] - kept[step]) <= tolerance * kept[step]
        wrong += not same
        print(f"{step:>5}  {kept[step]!r:<20} {found.get(step)!r:<20} {'' if same else 'differs'}")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
