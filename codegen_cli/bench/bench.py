"""What the measures share: the engine, the plan, repeats, and texts not seen before."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TypeVar

from codegen_cli.bench.plan import Plan
from codegen_cli.bench.texts import program_of
from codegen_cli.bench.timeline import Timeline, play
from codegen_cli.bench.weights import Weights
from codegen_cli.engine.base import Prompt
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.program import NoStop
from codegen_cli.settings import Sampling

T = TypeVar("T")


@dataclass(slots=True)
class Bench:
    """A loaded model and how to measure it; `say` is told what is being done."""

    engine: LlamaEngine
    weights: Weights
    plan: Plan
    should_stop: Callable[[], bool]
    say: Callable[[str], None]
    _labels: count[int] = field(default_factory=lambda: count(1))

    def new_program(self, tokens: int) -> str:
        """Return a program whose beginning is not in the cache."""
        return program_of(tokens, f"{next(self._labels)} is new", self.engine.count)

    def play(self, prompts: Sequence[Prompt]) -> Timeline:
        """Run prompts together and note the times."""
        return play(self.engine, prompts, self.should_stop)

    def answer(self, text: str, max_tokens: int) -> Timeline:
        """Continue one text greedily."""
        return self.play([greedy(text, max_tokens)])


def greedy(text: str, max_tokens: int) -> Prompt:
    """Return a prompt whose answer has no other end than its length and the model's own."""
    return Prompt(text, Sampling(temperature=0.0, max_tokens=max_tokens), NoStop())


def repeat(plan: Plan, once: Callable[[], T]) -> list[T]:
    """Do it `repeats` times and return what came of each, but begin no more after `seconds`."""
    began = time.perf_counter()
    values: list[T] = []
    while len(values) < plan.repeats and (not values or time.perf_counter() - began < plan.seconds):
        values.append(once())
    return values
