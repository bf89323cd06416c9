"""The shortest loop on llama.cpp's C interface: decode, and the best token by its sampler."""

from __future__ import annotations

import time
from typing import Any

from codegen_cli.engine.bindings import llama

_CELLS, _BATCH, _SEQUENCES = 2048, 512, 64


class Runner:
    """No texts, no stop rules, no probabilities, nothing kept from prompt to prompt."""

    def __init__(self, path: str, threads: int) -> None:
        self._c = c = llama()
        params = c.llama_model_default_params()
        params.n_gpu_layers = 0
        self._model = c.llama_model_load_from_file(path.encode(), params)
        options = c.llama_context_default_params()
        options.n_ctx, options.n_seq_max, options.kv_unified = _CELLS, _SEQUENCES, True
        options.n_batch = options.n_ubatch = _BATCH
        options.n_threads = options.n_threads_batch = threads
        options.no_perf = True
        self._context = c.llama_init_from_model(self._model, options)
        self._memory = c.llama_get_memory(self._context)
        self._batch = c.llama_batch_init(_BATCH, 0, 1)
        self._sampler = c.llama_sampler_init_greedy()

    def prefill(self, text: str, tokens: list[int]) -> dict[str, Any]:
        """Evaluate a prompt and draw the first token."""
        started = time.perf_counter()
        self._prompt(tokens)
        return {"value": len(tokens) / (time.perf_counter() - started)}

    def decode(self, text: str, tokens: list[int], sequences: int, new: int) -> dict[str, Any]:
        """Decode sequences of one prompt, whose cells they share."""
        newest = [self._prompt(tokens)] * sequences
        for sequence in range(1, sequences):
            self._c.llama_memory_seq_cp(self._memory, 0, sequence, 0, len(tokens))
        started = time.perf_counter()
        for position in range(len(tokens), len(tokens) + new - 1):
            self._decode([(token, position, n, True) for n, token in enumerate(newest)])
            newest = [self._best(n) for n in range(sequences)]
        return {"value": sequences * (new - 1) / (time.perf_counter() - started)}

    def turns(self, lines: list[dict[str, Any]]) -> dict[str, Any]:
        """Evaluate the last program; without memory the others do not matter."""
        started = time.perf_counter()
        self._prompt(lines[-1]["tokens"])
        seconds = time.perf_counter() - started
        return {"value": seconds, "evaluated": len(lines[-1]["tokens"])}

    def _prompt(self, tokens: list[int]) -> int:
        """Evaluate a prompt in an empty cache and return the next token."""
        self._c.llama_memory_clear(self._memory, True)
        last = len(tokens) - 1
        entries = [(token, i, 0, i == last) for i, token in enumerate(tokens)]
        for start in range(0, len(entries), _BATCH):
            self._decode(entries[start : start + _BATCH])
        return self._best(-1)

    def _decode(self, entries: list[tuple[int, int, int, bool]]) -> None:
        batch = self._batch
        batch.n_tokens = len(entries)
        for i, (token, position, sequence, logits) in enumerate(entries):
            batch.token[i], batch.pos[i] = token, position
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, sequence
            batch.logits[i] = logits
        if self._c.llama_decode(self._context, batch):
            raise RuntimeError("llama_decode failed")

    def _best(self, output: int) -> int:
        return self._c.llama_sampler_sample(self._sampler, self._context, output)
