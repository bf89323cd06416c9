"""Whether keeping what was evaluated of a session pays: evaluate, keep, and take in again.

    python -m benchmarks.kv_state --model MODEL.gguf --threads 1 --rounds 5

For programs of 200, 1,000 and 2,000 tokens: the time to the first token of a new step without
anything, the time to write the file as the end of a chat does, the time to read, check and take it
in, and the time to the first token after that. With one thread the clock is the CPU time of the
thread, which other processes do not lengthen; with more it is the wall clock. Medians over the
rounds; files are in the page cache.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from codegen_cli.bench.texts import program_of
from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.engine.state import State
from codegen_cli.program import NoStop
from codegen_cli.registry.find import find_model
from codegen_cli.sessions.memory import Memories
from codegen_cli.settings import EngineSettings, Sampling

LENGTHS = (200, 1000, 2000)
_STEP = "# Print the sum of all values.\n"
_KEY = "benchmark"


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="nano")
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    settings = EngineSettings("0", options.threads)
    with (
        tempfile.TemporaryDirectory() as folder,
        LlamaEngine(find_model(options.model), settings) as engine,
    ):
        clock = time.thread_time if options.threads == 1 else time.perf_counter
        trial = Trial(engine, Memories(Path(folder)), clock)
        trial.measure(LENGTHS[0], "warm")
        rows = {
            length: medians([trial.measure(length, str(n)) for n in range(options.rounds)])
            for length in LENGTHS
        }
        name = f"{engine.info.name} {engine.info.file_type}, {engine.placement}"
    print(json.dumps(rows, indent=2) if options.json else table(name, rows))


class Trial:
    """One engine and one folder, used again and again."""

    def __init__(self, engine: LlamaEngine, memories: Memories, clock: Callable[[], float]) -> None:
        self._engine, self._memories, self._clock = engine, memories, clock

    def measure(self, length: int, label: str) -> dict[str, float]:
        """Return the seconds of each part, and the size of the state in MB."""
        engine, memories = self._engine, self._memories
        prompt = program_of(length - 24, label, engine.count) + "\n" + _STEP
        later = prompt + "print(1)\n\n" + _STEP
        engine.forget()
        cold, whole = self._timed(lambda: first_token(engine, prompt))
        keep, _ = self._timed(lambda: memories.keep(label, _KEY, state_of(engine, prompt)))
        size = len(state_of(engine, prompt).data)
        engine.forget()
        take, taken = self._timed(lambda: engine.restore(recall(memories, label)))
        warm, again = self._timed(lambda: first_token(engine, later))
        memories.forget(label)
        if not taken or whole.reused_tokens or again.reused_tokens < length - 48:
            raise SystemExit(f"{length} tokens were not taken in")
        return {"cold": cold, "keep": keep, "take": take, "warm": warm, "megabytes": size / 1e6}

    def _timed(self, work: Callable[[], Any]) -> tuple[float, Any]:
        started = self._clock()
        result = work()
        return self._clock() - started, result


def first_token(engine: LlamaEngine, text: str) -> Completion:
    """Return an answer of one token."""
    prompt = Prompt(text, Sampling(temperature=0.0, max_tokens=1), NoStop())
    *_, (_, answer) = engine.generate_many([prompt], never)
    assert isinstance(answer, Completion)
    return answer


def state_of(engine: LlamaEngine, text: str) -> State:
    """Return what was evaluated of a text that was evaluated."""
    state = engine.state_of(text)
    assert state is not None
    return state


def recall(memories: Memories, label: str) -> State:
    """Return what was kept."""
    state = memories.recall(label, _KEY)
    assert state is not None
    return state


def medians(rounds: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure, and of the ratio of evaluating to taking in."""
    found = {key: statistics.median(row[key] for row in rounds) for key in rounds[0]}
    return {**found, "times": statistics.median(row["cold"] / row["take"] for row in rounds)}


def table(name: str, rows: dict[int, dict[str, float]]) -> str:
    """Return the figures as a Markdown table."""
    lines = [
        name,
        "",
        "| tokens | evaluate, ms | keep, ms | take in, ms | next step then, ms | MB "
        "| evaluate ÷ take in |",
        "|---|---|---|---|---|---|---|",
    ]
    for length, row in rows.items():
        times = [f"{1000 * row[key]:.1f}" for key in ("cold", "keep", "take", "warm")]
        cells = [str(length), *times, f"{row['megabytes']:.1f}", f"{row['times']:.0f}"]
        lines.append("| " + " | ".join(cells) + " |")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
