"""llama-cpp-python's own `Llama` class: one sequence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from itertools import islice
from typing import Any

import numpy as np
from llama_cpp import Llama

from codegen_cli.settings import Sampling

_CELLS = 2048


class Runner:
    """`Llama` with the settings that compute the same."""

    def __init__(self, path: str, threads: int) -> None:
        self._llama = Llama(
            path,
            n_ctx=_CELLS,
            n_batch=512,
            n_threads=threads,
            n_threads_batch=threads,
            n_gpu_layers=0,
            verbose=False,
        )

    def prefill(self, text: str, tokens: list[int]) -> dict[str, Any]:
        """Evaluate a prompt and draw the first token."""
        self._llama.reset()
        started = time.perf_counter()
        next(self._greedy(tokens))
        return {"value": len(tokens) / (time.perf_counter() - started)}

    def decode(self, text: str, tokens: list[int], sequences: int, new: int) -> dict[str, Any]:
        """Decode one sequence."""
        self._llama.reset()
        times = [time.perf_counter() for _ in islice(self._greedy(tokens), new)]
        return {"value": (len(times) - 1) / (times[-1] - times[0])}

    def samples(
        self, text: str, tokens: list[int], count: int, new: int, sequences: int, calls: int
    ) -> dict[str, Any]:
        """Call it for one answer after the other; the later calls find the prompt evaluated.

        Only `calls` are made; the time of `count` is the first and `count - 1` times their median.
        """
        self._llama.reset()
        seconds, written, usual = [], 0, Sampling()
        for seed in range(max(2, calls)):
            started = time.perf_counter()
            answer = self._llama.create_completion(
                tokens,
                max_tokens=new,
                seed=seed,
                temperature=usual.temperature,
                top_p=usual.top_p,
                top_k=0,
                min_p=0.0,
                repeat_penalty=1.0,
            )
            seconds.append(time.perf_counter() - started)
            written += answer["usage"]["completion_tokens"]
        total = seconds[0] + (count - 1) * float(np.median(seconds[1:]))
        return {"value": total, "tokens": written * count // len(seconds)}

    def turns(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """Evaluate one program after the other; the last one counts."""
        for line in lines:
            tokens, known = line["tokens"], self._llama.input_ids[: self._llama.n_tokens].tolist()
            pairs = zip(tokens[:-1], known, strict=False)
            same = next((i for i, (a, b) in enumerate(pairs) if a != b), None)
            reused = min(len(tokens) - 1, len(known)) if same is None else same
            started = time.perf_counter()
            next(self._greedy(tokens))
            seconds = time.perf_counter() - started
        return {"value": seconds, "evaluated": len(tokens) - reused}

    def _greedy(self, tokens: list[int]) -> Iterator[int]:
        return self._llama.generate(tokens, temp=0.0, top_k=1, repeat_penalty=1.0)
