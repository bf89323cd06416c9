"""This engine."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

from codegen_cli.bench.steady import steady_rate
from codegen_cli.bench.timeline import play
from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.program import NoStop
from codegen_cli.settings import EngineSettings, Sampling


class Runner:
    """The engine as the commands use it."""

    def __init__(self, path: str, threads: int) -> None:
        self._path, self._threads = Path(path), threads
        self._engine = LlamaEngine(self._path, EngineSettings("0", threads))

    def prefill(self, text: str, tokens: list[int]) -> dict[str, Any]:
        """Evaluate a prompt and draw the first token."""
        line = play(self._engine, [_greedy(text, 1)], never)
        return {"value": line.evaluated / line.first_token_seconds}

    def decode(self, text: str, tokens: list[int], sequences: int, new: int) -> dict[str, Any]:
        """Decode sequences of one prompt while the batch is full."""
        line = play(self._engine, [_greedy(text, new)] * sequences, never)
        return {"value": steady_rate(line.times)}

    def samples(
        self, text: str, tokens: list[int], count: int, new: int, sequences: int, calls: int
    ) -> dict[str, Any]:
        """Draw many answers to one prompt, `sequences` at a time; loading is not counted."""
        cells = len(tokens) + sequences * new
        settings = EngineSettings("0", self._threads, kv_tokens=cells)
        prompts = [Prompt(text, Sampling(max_tokens=new, seed=n), NoStop()) for n in range(count)]
        with LlamaEngine(self._path, settings) as engine:
            play(engine, [_greedy("# warm", 2)], never)
            line = play(engine, prompts, never)
        written = sum(answer.generated_tokens for answer in line.answers)
        return {"value": line.seconds, "tokens": written}

    def turns(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """Evaluate one program after the other; the last one counts."""
        for line in lines:
            started = time.perf_counter()
            played = play(self._engine, [_greedy(line["text"], 1)], never)
            seconds = played.times[0][0] - started
        return {"value": seconds, "evaluated": played.evaluated}


def _greedy(text: str, new: int) -> Prompt:
    return Prompt(text, Sampling(temperature=0.0, max_tokens=new), NoStop())
