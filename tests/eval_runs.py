"""Running folders as `codegen eval` writes them, with figures drawn from a seeded generator.

Nothing here was measured: the version and the machine in every manifest say "synthetic".
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from random import Random
from typing import Any

HUMANEVAL_SHA256 = "b796127e635a67f93fb35c04f4cb03cf06f38c8072ee7cee8833d7bee06979ef"
MTPB_SHA256 = "3ab79ddb160f484a63491330ba72204930d56cc946f7c0c5fb469622a941f89c"

_CATEGORIES = ("array", "data science", "math", "string", "algorithm")
_CASES = 5


@dataclass(frozen=True)
class Fake:
    """A run to make up; `skill` is the log-odds of passing a middling problem."""

    benchmark: str = "humaneval"
    turns: str = "multi"
    mode: str = "reference"
    model: str = "codegen-350M-mono"
    family: str = "Mono"
    parameters: int | None = 356_712_448
    file_type: str = "Q8_0"
    engine: str = "llama.cpp"
    skill: float = -2.0
    problems: int = 164
    limit: int | None = None
    samples: int = 20
    temperatures: tuple[float, ...] = (0.2, 0.6, 0.8)
    seed: int = 42
    data_sha256: str = HUMANEVAL_SHA256
    perplexity: bool = True

    @property
    def wanted(self) -> int:
        """Return how many problems the run has."""
        return min(self.limit or self.problems, self.problems)

    @property
    def identifier(self) -> str:
        """Return the field that names a problem."""
        return "task_id" if self.benchmark == "humaneval" else "id"


def mtpb(**changes: Any) -> Fake:
    """Return a multi-turn MTPB run with some things changed."""
    start = Fake(
        "mtpb", problems=115, temperatures=(0.2,), samples=4, data_sha256=MTPB_SHA256, skill=-2.5
    )
    return replace(start, **changes)


def write_run(folder: Path, fake: Fake) -> Path:
    """Write a whole, scored running folder."""
    folder.mkdir(parents=True)
    write_json(folder / "run.json", manifest(fake))
    names = list(names_of(fake))
    counts: dict[str, list[int]] = {name: [0, 0] for name in names}
    for temperature in fake.temperatures:
        rows = list(result_rows(fake, temperature))
        for row in rows:
            counts[row[fake.identifier]][0] += row["passed"]
            counts[row[fake.identifier]][1] += 1
        write_rows(folder / f"results-t{temperature}.jsonl", rows)
        unscored = [{k: v for k, v in row.items() if k != "passed"} for row in rows]
        write_rows(folder / f"samples-t{temperature}.jsonl", unscored)
    write_json(folder / "summary.json", summary(fake, counts))
    if fake.perplexity:
        write_rows(folder / "perplexity.jsonl", list(perplexity_rows(fake, counts)))
    return folder


def manifest(fake: Fake) -> dict[str, Any]:
    """Return the content of run.json."""
    of_mtpb = {"turns": fake.turns, "mode": fake.mode} if fake.benchmark == "mtpb" else {}
    return {
        "benchmark": fake.benchmark,
        **of_mtpb,
        "data": {
            "path": f"/data/{fake.benchmark}.jsonl",
            "sha256": fake.data_sha256,
            "problems": fake.problems,
        },
        "limit": fake.limit,
        "samples": fake.samples,
        "temperatures": list(fake.temperatures),
        "top_p": 0.95,
        "max_tokens": 300,
        "stop_rules": "paper",
        "seed": fake.seed,
        "engine": fake.engine,
        "model": {
            "name": fake.model,
            "path": f"/models/{fake.model}.gguf",
            "sha256": f"{hash_of(fake.model, fake.file_type):064x}",
            "family": fake.family,
            "file_type": fake.file_type,
            "parameters": fake.parameters,
        },
        "version": "0.0.0-synthetic",
        "sandbox": {"tier": "os-strict"},
        "hardware": {
            "cpu": "synthetic (no machine measured this)",
            "cores": 2,
            "memory_bytes": 8 << 30,
            "placement": "CPU, 2 threads",
            "platform": "synthetic",
        },
        "started": "2026-01-01T00:00:00Z",
    }


def names_of(fake: Fake) -> Iterator[str]:
    """Yield the names of the problems."""
    for number in range(fake.wanted):
        yield f"HumanEval/{number}" if fake.benchmark == "humaneval" else str(number + 1)


def result_rows(fake: Fake, temperature: float) -> Iterator[dict[str, Any]]:
    """Yield scored samples: the colder, the more the samples of a problem agree."""
    for name in names_of(fake):
        # The same problem is hard for every model; each model has its own strengths.
        hardness = Random(f"{fake.benchmark} {name}").gauss(0, 2.4)
        own = Random(f"{fake.model} {fake.turns} {name}").gauss(0, 0.7)
        odds = (fake.skill - hardness + own) / (0.4 + 0.5 * temperature) - 1.2 * temperature
        chance = 1 / (1 + math.exp(-odds))
        random = Random(f"{fake.seed} {temperature} {fake.model} {fake.turns} {name}")
        for case in range(1 if fake.benchmark == "humaneval" else _CASES):
            for sample in range(fake.samples):
                passed = random.random() < chance
                place = {} if fake.benchmark == "humaneval" else {"case": case}
                yield {
                    fake.identifier: name,
                    **place,
                    "sample": sample,
                    "temperature": temperature,
                    "result": "passed" if passed else "failed: AssertionError",
                    "passed": passed,
                }


def summary(fake: Fake, counts: dict[str, list[int]]) -> dict[str, Any]:
    """Return the content of summary.json, as far as a report reads it."""
    problems = []
    for number, (name, (passed, total)) in enumerate(counts.items()):
        kind = {
            "category": _CATEGORIES[number % len(_CATEGORIES)],
            "turns": 3 + Random(f"turns {name}").choice((0, 1, 1, 1, 2, 2, 3)),
        }
        extra = kind if fake.benchmark == "mtpb" else {}
        problems.append({fake.identifier: name, **extra, "passed": passed, "total": total})
    return {
        "benchmark": fake.benchmark,
        "passed": sum(passed for passed, _ in counts.values()),
        "total": sum(total for _, total in counts.values()),
        "problems": problems,
    }


def perplexity_rows(fake: Fake, counts: dict[str, list[int]]) -> Iterator[dict[str, Any]]:
    """Yield the prompts' scores: lower for solved problems, higher in a single turn."""
    single = 0.3 if fake.turns == "single" and fake.benchmark == "mtpb" else 0.0
    for name, (passed, _) in counts.items():
        random = Random(f"perplexity {fake.model} {name}")
        tokens = random.randint(40, 300)
        nats = random.gauss(1.55 - 0.12 * fake.skill - 0.25 * (passed > 0) + single, 0.35)
        nll = max(0.1, nats) * tokens
        place = {} if fake.benchmark == "humaneval" else {"case": 0}
        yield {
            fake.identifier: name,
            **place,
            "tokens": tokens,
            "nll": nll,
            "perplexity": math.exp(nll / tokens),
        }


def hash_of(*parts: str) -> int:
    """Return a number that is always the same for the same words."""
    return Random(" ".join(parts)).getrandbits(256)


def write_json(path: Path, value: Any) -> None:
    """Write one JSON object."""
    path.write_text(json.dumps(value), encoding="utf-8")


def write_rows(path: Path, rows: list[dict[str, Any]]) -> None:
    """Write JSON lines."""
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
