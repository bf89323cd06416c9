"""transformers on torch: the reference implementation, in float32."""

from __future__ import annotations

import time
from typing import Any

import torch
from transformers import CodeGenForCausalLM

from codegen_cli.engine.hf.forward import cache_name


class Runner:
    """A plain greedy loop with a KV cache."""

    def __init__(self, path: str, threads: int) -> None:
        torch.set_num_threads(threads)
        self._model = CodeGenForCausalLM.from_pretrained(path, dtype=torch.float32).eval()
        self._cache = cache_name(self._model)

    @torch.inference_mode()
    def prefill(self, text: str, tokens: list[int]) -> dict[str, Any]:
        """Evaluate a prompt and draw the first token."""
        started = time.perf_counter()
        self._step(torch.tensor([tokens]), None)
        return {"value": len(tokens) / (time.perf_counter() - started)}

    @torch.inference_mode()
    def decode(self, text: str, tokens: list[int], sequences: int, new: int) -> dict[str, Any]:
        """Decode a batch of one prompt."""
        newest, cache = self._step(torch.tensor([tokens] * sequences), None)
        started = time.perf_counter()
        for _ in range(new - 1):
            newest, cache = self._step(newest, cache)
        return {"value": sequences * (new - 1) / (time.perf_counter() - started)}

    def _step(self, tokens: torch.Tensor, cache: Any) -> tuple[torch.Tensor, Any]:
        options = {self._cache: cache, "use_cache": True, "logits_to_keep": 1}
        out = self._model(tokens, **options)
        return out.logits[:, -1:].argmax(-1), out[self._cache]
