"""A running folder as it was read: settings, counts of passes, perplexities."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

Benchmark = Literal["humaneval", "mtpb"]


@dataclass(frozen=True, slots=True)
class Adapter:
    """A LoRA adapter that was added to a model: its hash, and how much of it."""

    sha256: str
    scale: float


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """The model of a run, as its manifest tells it; empty or None where it does not."""

    name: str
    sha256: str
    family: str
    file_type: str
    parameters: int | None
    adapters: tuple[Adapter, ...] = ()


@dataclass(frozen=True, slots=True)
class Hardware:
    """The machine of a run; empty or None where the manifest is silent."""

    cpu: str
    cores: int | None
    memory_bytes: int | None
    placement: str
    platform: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a run was asked to do, and with what.

    `problems` counts the problems of the data file, `limit` how many of them were wanted.
    `turns` and `mode` are empty where the benchmark has none. `max_tokens` is None where each
    problem has its own budget.
    """

    benchmark: Benchmark
    turns: str
    mode: str
    data: str
    data_sha256: str
    problems: int
    limit: int | None
    samples: int
    temperatures: tuple[float, ...]
    top_p: float | None
    max_tokens: int | None
    stop_rules: str
    seed: int | None
    engine: str
    model: ModelFacts
    version: str
    sandbox: str
    hardware: Hardware
    started: str

    @property
    def wanted(self) -> int:
        """Return how many problems the run should have."""
        return self.problems if self.limit is None else min(self.limit, self.problems)


@dataclass(frozen=True, slots=True)
class Tally:
    """The samples of one problem at one temperature; `cases` counts the different inputs."""

    passed: int
    total: int
    cases: int = 1

    @property
    def rate(self) -> float:
        """Return the share that passed."""
        return self.passed / self.total


@dataclass(frozen=True, slots=True)
class PromptScore:
    """The prompt of one problem or case: its tokens, and the sum of their -log P (nats)."""

    problem: str
    tokens: int
    nll: float

    @property
    def perplexity(self) -> float:
        """Return exp of the mean of -log P a token."""
        return math.exp(self.nll / self.tokens)


@dataclass(frozen=True, slots=True)
class Kind:
    """What the benchmark says of a problem."""

    category: str
    turns: int


@dataclass(frozen=True, slots=True)
class Summary:
    """What scoring says besides the results: `counts` are its passed and total.

    `plus` is pass@k on EvalPlus' inputs by k, `strict` the pass rate of the strict rules where
    both were tried, `overflows` how many programs outgrew the context.
    """

    mode: str
    sandbox: str
    counts: tuple[int, int] | None
    kinds: dict[str, Kind]
    plus: dict[str, float]
    strict: float | None
    overflows: int


@dataclass(frozen=True, slots=True)
class Run:
    """Everything that a report takes from one folder.

    `tallies` holds only scored samples; `unscored` counts the others by temperature.
    """

    folder: str
    manifest: Manifest
    tallies: dict[float, dict[str, Tally]]
    unscored: dict[float, int]
    prompts: tuple[PromptScore, ...]
    summary: Summary

    @property
    def counts(self) -> tuple[int, int]:
        """Return how many samples passed of how many scored ones."""
        every = [tally for problems in self.tallies.values() for tally in problems.values()]
        return sum(tally.passed for tally in every), sum(tally.total for tally in every)
