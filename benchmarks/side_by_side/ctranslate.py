"""CTranslate2: int8 weights, its own kernels and batching."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import ctranslate2


class Runner:
    """Its generator, which only tells when all of a batch is done."""

    def __init__(self, path: str, threads: int) -> None:
        self._generator = ctranslate2.Generator(
            path, device="cpu", compute_type="int8", inter_threads=1, intra_threads=threads
        )
        vocabulary = Path(path, "vocabulary.json").read_text(encoding="utf-8")
        self._names: list[str] = json.loads(vocabulary)

    def prefill(self, text: str, tokens: list[int]) -> dict[str, Any]:
        """Evaluate a prompt and draw the first token."""
        return {"value": len(tokens) / self._seconds(tokens, 1, 1)}

    def decode(self, text: str, tokens: list[int], sequences: int, new: int) -> dict[str, Any]:
        """Decode a batch; the time to its first tokens is measured apart and taken off."""
        first = self._seconds(tokens, sequences, 1)
        seconds = self._seconds(tokens, sequences, new) - first
        return {"value": sequences * (new - 1) / seconds}

    def _seconds(self, tokens: list[int], sequences: int, new: int) -> float:
        prompt = [self._names[token] for token in tokens]
        started = time.perf_counter()
        self._generator.generate_batch(
            [prompt] * sequences,
            max_length=new,
            min_length=new,
            sampling_topk=1,
            include_prompt_in_result=False,
        )
        return time.perf_counter() - started
