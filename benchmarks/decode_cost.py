"""Where the time of a batched decode goes: llama.cpp's graph, its samplers, and Python.

    python -m benchmarks.decode_cost --model MODEL.gguf --sequences 64 --new 24

Answers to one prompt, drawn at the default temperature and top-p. Both calls into llama.cpp are
timed; the rest of a decode is Python: batches, log-probabilities, text, stop rules, the books of
the cache. With one thread the clock is the CPU time of the thread, which other processes do not
lengthen; with more it is the wall clock. Medians over the rounds.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

from codegen_cli.bench.texts import program_of
from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.bindings import llama
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.program import StopWatcher
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

_CALLS = {"graph": "llama_decode", "sampler": "llama_sampler_sample"}


class Clock:
    """Seconds spent in each call into llama.cpp."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.now = now
        self.seconds: Counter[str] = Counter()
        self.decodes = 0

    def watch(self, c: Any) -> None:
        """Time the calls from now on."""
        for name, call in _CALLS.items():
            setattr(c, call, self._timed(name, getattr(c, call)))

    def _timed(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*arguments: Any) -> Any:
            started = self.now()
            try:
                return call(*arguments)
            finally:
                self.seconds[name] += self.now() - started
                self.decodes += name == "graph"

        return timed


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="nano")
    parser.add_argument("--sequences", type=int, default=64)
    parser.add_argument("--prompt", type=int, default=300)
    parser.add_argument("--new", type=int, default=24)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    clock = Clock(time.thread_time if options.threads == 1 else time.perf_counter)
    clock.watch(llama())
    cells = options.prompt + options.sequences * options.new
    settings = EngineSettings("0", options.threads, kv_tokens=cells)
    with LlamaEngine(find_model(options.model), settings) as engine:
        rounds = [measure(engine, clock, options) for _ in range(options.rounds)]
        name = f"{engine.info.name} {engine.info.file_type}, {engine.placement}"
    report = {key: statistics.median(row[key] for row in rounds) for key in rounds[0]}
    print(json.dumps(report, indent=2) if options.json else table(name, options, report))


def measure(engine: LlamaEngine, clock: Clock, options: argparse.Namespace) -> dict[str, float]:
    """Return milliseconds a decode of each part, while all sequences are under way."""
    text = program_of(options.prompt, "cost", engine.count)
    samplings = [Sampling(max_tokens=options.new, seed=n) for n in range(options.sequences)]
    prompts = [Prompt(text, sampling, StopWatcher()) for sampling in samplings]
    started, tokens = 0.0, Counter[int]()
    for number, _ in engine.generate_many(prompts, never):
        tokens[number] += 1
        if not started and len(tokens) == options.sequences:
            clock.seconds.clear()
            clock.decodes, started = 0, clock.now()
        if clock.decodes == options.new // 2:
            break
    total = clock.now() - started
    parts = {name: clock.seconds[name] for name in _CALLS}
    parts["python"] = total - sum(parts.values())
    found = {name: 1000 * seconds / clock.decodes for name, seconds in parts.items()}
    return {**found, "python share": parts["python"] / total}


def table(name: str, options: argparse.Namespace, report: dict[str, float]) -> str:
    """Return the figures as a Markdown table."""
    total = sum(report[part] for part in (*_CALLS, "python"))
    rows = [
        f"{name}: {options.sequences} sequences",
        "",
        "| part | ms a decode | share |",
        "|---|---|---|",
    ]
    rows += [
        f"| {part} | {report[part]:.2f} | {report[part] / total:.1%} |"
        for part in (*_CALLS, "python")
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
