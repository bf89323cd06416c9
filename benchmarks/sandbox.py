"""Measure the sandbox: how soon it is ready, programs a second, HumanEval's canonical solutions.

    python -m benchmarks.sandbox --data HumanEval.jsonl.gz --rounds 5

Medians over the rounds, least and most in brackets. On a busy machine run it under `chrt -r 10` (as
root), which has its processes go first.
"""

from __future__ import annotations

import argparse
import gzip
import json
import statistics
import time
from collections.abc import Callable
from pathlib import Path

from codegen_cli.sandbox import Check, Sandbox, Script

_PROGRAMS = {
    "print(1)": Script("print(1)"),
    "import numpy, print a sum": Script("import numpy as np\nprint(np.arange(10).sum())"),
    "raise": Script("1 / 0"),
}
_TRIVIAL_CHECK = Check(
    "def f(x): return x + 1", "f", "", "def check(candidate): assert candidate(1) == 2"
)


def _seconds(act: Callable[[], object], rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        act()
        found.append(time.perf_counter() - started)
    return found


def _starts(rounds: int) -> list[float]:
    found = []
    for _ in range(rounds):
        started = time.perf_counter()
        sandbox = Sandbox(1)
        found.append(time.perf_counter() - started)
        sandbox.close()
    return found


def _row(name: str, values: list[float], unit: str) -> None:
    middle, least, most = statistics.median(values), min(values), max(values)
    print(f"| {name} | {middle:.4g} [{least:.4g}, {most:.4g}] {unit} |")


def _canonical(data: Path) -> list[Check]:
    with gzip.open(data, "rt") as stream:
        problems = [json.loads(line) for line in stream]
    return [
        Check(
            problem["prompt"] + problem["canonical_solution"],
            problem["entry_point"],
            problem["prompt"],
            problem["test"],
        )
        for problem in problems
    ]


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, help="HumanEval.jsonl.gz")
    parser.add_argument("--workers", type=int, default=None)
    parser.add_argument("--count", type=int, default=300, help="programs a round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()

    _row("start with self-attack", _starts(options.rounds), "s")
    with Sandbox(options.workers) as sandbox:
        print(f"| tier | {sandbox.tier} |")
        for name, job in {**_PROGRAMS, "a check of one call": _TRIVIAL_CHECK}.items():
            jobs = [job] * options.count
            list(sandbox.map(jobs[:20]))
            spans = _seconds(lambda jobs=jobs: list(sandbox.map(jobs)), options.rounds)
            _row(name, [options.count / span for span in spans], "a second")
        if options.data:
            checks = _canonical(options.data)
            spans = _seconds(lambda: list(sandbox.map(checks)), options.rounds)
            _row(f"{len(checks)} canonical solutions", spans, "s")
            passed = sum(verdict.passed for _, verdict in sandbox.map(checks))
            print(f"| of which pass | {passed} |")


if __name__ == "__main__":
    main()
