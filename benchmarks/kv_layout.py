"""Compare ways to give many sequences one prompt: shared cells, streams, and copies.

    python -m benchmarks.kv_layout --model MODEL.gguf --sequences 64 --prompt 300 --new 64

- unified: one pool of cells; `seq_cp` shares the prompt's cells (what the engine does);
- streams: a KV stream a sequence; `seq_cp` copies the prompt's cells to each stream;
- state copy: a KV stream a sequence; the prompt's state is saved and restored into each;
- evaluated: one pool; every sequence evaluates the prompt itself.

Greedy tokens, the logits of each sequence read, no sampler: only the cache differs. The variants
alternate; figures are medians over the rounds. With one thread the clock is the CPU time of the
thread, which other processes do not lengthen.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import statistics
import time
from pathlib import Path
from typing import Any

from codegen_cli.engine.bindings import llama
from codegen_cli.registry.find import find_model

VARIANTS = ("unified", "streams", "state copy", "evaluated")


class Run:
    """One context of one variant."""

    def __init__(self, model: Any, variant: str, options: argparse.Namespace) -> None:
        self.c, self.variant, self.options = llama(), variant, options
        self.now = time.thread_time if options.threads == 1 else time.perf_counter
        per_sequence = options.prompt + options.new
        shared = variant == "unified"
        cells = (
            options.prompt + options.sequences * options.new
            if shared
            else (options.sequences * per_sequence)
        )
        params = self.c.llama_context_default_params()
        params.n_ctx, params.n_seq_max = -(-cells // 256) * 256, options.sequences
        if variant in ("streams", "state copy"):
            params.n_ctx = options.sequences * (-(-per_sequence // 256) * 256)
        params.n_batch = params.n_ubatch = 512
        params.kv_unified = variant in ("unified", "evaluated")
        params.n_threads = params.n_threads_batch = options.threads
        self.context = self.c.llama_init_from_model(model, params)
        self.memory = self.c.llama_get_memory(self.context)
        self.batch = self.c.llama_batch_init(512, 0, 1)
        self.cells = params.n_ctx

    def decode(self, entries: list[tuple[int, int, int, bool]]) -> None:
        """Evaluate (token, position, sequence, logits) entries."""
        self.batch.n_tokens = len(entries)
        for i, (token, position, sequence, logits) in enumerate(entries):
            self.batch.token[i], self.batch.pos[i] = token, position
            self.batch.n_seq_id[i], self.batch.seq_id[i][0] = 1, sequence
            self.batch.logits[i] = logits
        if self.c.llama_decode(self.context, self.batch):
            raise SystemExit(f"{self.variant}: llama_decode failed")

    def prompt(self, sequence: int) -> None:
        """Evaluate the prompt into one sequence."""
        tokens = [(1 + i % 500, i, sequence, False) for i in range(self.options.prompt)]
        for start in range(0, len(tokens), 512):
            self.decode(tokens[start : start + 512])

    def spread(self) -> None:
        """Give every sequence the prompt."""
        self.prompt(0)
        others = range(1, self.options.sequences)
        if self.variant == "evaluated":
            for sequence in others:
                self.prompt(sequence)
        elif self.variant == "state copy":
            size = self.c.llama_state_seq_get_size(self.context, 0)
            state = (ctypes.c_uint8 * size)()
            self.c.llama_state_seq_get_data(self.context, state, size, 0)
            for sequence in others:
                self.c.llama_state_seq_set_data(self.context, state, size, sequence)
        else:
            for sequence in others:
                self.c.llama_memory_seq_cp(self.memory, 0, sequence, -1, -1)

    def measure(self) -> dict[str, float]:
        """Return seconds until all sequences have the prompt, and tokens a second after."""
        self.c.llama_memory_clear(self.memory, True)
        started = self.now()
        self.spread()
        # The copies of streams are made by the next decode, so it counts as part of them.
        self.step(0)
        ready = self.now()
        for i in range(1, self.options.new):
            self.step(i)
        seconds = self.now() - ready
        tokens = self.options.sequences * (self.options.new - 1)
        return {"prompt_seconds": ready - started, "tokens_per_second": tokens / seconds}

    def step(self, index: int) -> None:
        """Evaluate one token of each sequence."""
        position = self.options.prompt + index
        self.decode([(7, position, s, True) for s in range(self.options.sequences)])
        self.c.llama_get_logits_ith(self.context, 0)

    def close(self) -> None:
        """Free the context."""
        self.c.llama_batch_free(self.batch)
        self.c.llama_free(self.context)


def main() -> None:
    """Alternate the variants and print medians."""
    parser = argparse.ArgumentParser(description="Compare KV cache layouts.")
    parser.add_argument("--model", default="nano")
    parser.add_argument("--sequences", type=int, default=64)
    parser.add_argument("--prompt", type=int, default=300)
    parser.add_argument("--new", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    c = llama()
    path = find_model(options.model)
    model = c.llama_model_load_from_file(str(path).encode(), c.llama_model_default_params())
    figures: dict[str, list[dict[str, float]]] = {variant: [] for variant in VARIANTS}
    cells: dict[str, int] = {}
    for _ in range(options.rounds):
        for variant in VARIANTS:
            run = Run(model, variant, options)
            cells[variant] = run.cells
            figures[variant].append(run.measure())
            run.close()
    report = {
        variant: {
            "cells": cells[variant],
            **{key: statistics.median(row[key] for row in rows) for key in rows[0]},
        }
        for variant, rows in figures.items()
    }
    print(json.dumps(report, indent=2) if options.json else table(Path(path).stem, options, report))


def table(name: str, options: argparse.Namespace, report: dict[str, dict[str, float]]) -> str:
    """Return the report as a Markdown table."""
    rows = [
        f"{name}: {options.sequences} sequences, prompt {options.prompt}, {options.new} new; "
        f"threads: {options.threads}, rounds: {options.rounds}",
        "",
        "| layout | cells | seconds until all have the prompt | tokens/s after |",
        "|---|---|---|---|",
    ]
    rows += [
        f"| {variant} | {figures['cells']} | {figures['prompt_seconds']:.2f} "
        f"| {figures['tokens_per_second']:.0f} |"
        for variant, figures in report.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
