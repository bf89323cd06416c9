"""Run prompts and note when each token came."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.errors import Interrupted


@dataclass(frozen=True, slots=True)
class Timeline:
    """When the run began and ended, the time of each token of each answer, and the answers."""

    started: float
    ended: float
    times: list[list[float]]
    answers: list[Completion]

    @property
    def seconds(self) -> float:
        """Return how long all of it took."""
        return self.ended - self.started

    @property
    def first_token_seconds(self) -> float:
        """Return how long the first token of the first answer took."""
        return self.times[0][0] - self.started

    @property
    def evaluated(self) -> int:
        """Count the prompt tokens that were not in the cache."""
        return sum(answer.prompt_tokens - answer.reused_tokens for answer in self.answers)


def play(
    engine: LlamaEngine, prompts: Sequence[Prompt], should_stop: Callable[[], bool]
) -> Timeline:
    """Run prompts together.

    Raises:
        Interrupted: `should_stop` said so.
    """
    times: list[list[float]] = [[] for _ in prompts]
    answers: dict[int, Completion] = {}
    clock = time.perf_counter
    started = clock()
    for number, item in engine.generate_many(prompts, should_stop):
        if isinstance(item, Chunk):
            times[number].append(clock())
        else:
            answers[number] = item
    ended = clock()
    if should_stop():
        raise Interrupted()
    return Timeline(started, ended, times, [answers[n] for n in range(len(prompts))])
