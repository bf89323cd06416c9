"""Let every strategy write every case; what was measured is not measured again."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from zlib import crc32

from benchmarks.search.strategies import Outcome, Strategy
from benchmarks.search.together import SharedEngine, SharedSandbox, together
from codegen_cli.engine.base import Engine
from codegen_cli.evaluation.mtpb.judge import digest, judge
from codegen_cli.program import Problem, steps_for
from codegen_cli.sandbox import Execution, Sandbox, Script
from codegen_cli.settings import Sampling

Row = dict[str, Any]

#: The number of the case in a row that is about all of them.
ALL_CASES = -1

#: A problem and the number of its case, from 0.
Work = tuple[Problem, int]


def measure(
    engine: Engine, sandbox: Sandbox, works: Sequence[Work], strategy: Strategy, about: Row
) -> Iterator[list[Row]]:
    """Yield the rows of each case, one for each way that the strategy is counted."""
    shared = SharedSandbox(sandbox)

    def work(own: SharedEngine, case: Work) -> list[Row]:
        problem, number = case
        seed = crc32(f"{about['seed']}/{problem.id}/{number}".encode())
        sampling = Sampling(temperature=about["temperature"], seed=seed)
        begun = time.perf_counter()
        found = strategy(own, shared, steps_for(problem, number), sampling)
        seconds = time.perf_counter() - begun
        same = {**about, "problem": problem.id, "case": number, "seconds": round(seconds, 4)}
        return [
            {
                **same,
                "counted": name,
                **_score(shared, outcome, problem.outputs[number], own.tokens),
            }
            for name, outcome in found.items()
        ]

    yield from together(engine, works, work)


def _score(sandbox: SharedSandbox, outcome: Outcome, gold: object, tokens: int) -> Row:
    scripts = [Script(program.source, prints=True) for program in outcome.programs]
    answers = [answer for _, answer in sandbox.map(scripts) if isinstance(answer, Execution)]
    passed = [passes(answer, gold) for answer in answers]
    ran = [answer.ok for answer in answers]
    return {
        "passed": float(any(passed)) if outcome.best else sum(passed) / len(passed),
        "ran": float(any(ran)) if outcome.best else sum(ran) / len(ran),
        "tokens": tokens * outcome.part,
    }


def passes(execution: Execution, gold: object) -> bool:
    """Say whether a program gives what is expected, by the strict rules of `codegen eval mtpb`."""
    return judge(digest(execution, gold), "strict", gold).passed


def key(row: Row) -> tuple[Any, ...]:
    """Return what a measurement is known by."""
    return (row["strategy"], row["temperature"], row["seed"], row["problem"], row["case"])


def read_rows(path: Path) -> list[Row]:
    """Return the rows of a file; a torn last line is left out."""
    if not path.exists():
        return []
    return [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n")[:-1]]
