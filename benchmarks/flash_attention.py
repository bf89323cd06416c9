"""What flash attention costs and brings on a CPU: two contexts of one model, in turns.

    python -m benchmarks.flash_attention --model MODEL.gguf --rounds 3

Prompts of 512 and 1,500 tokens; N new tokens after a prefix, in a cache that holds nothing else or
that many other tokens beside it; a token of each of many sequences that share a prompt and have
tokens of their own, or share nothing. One measure is made with and without before the next, and
the order turns. With one thread the clock is the CPU time of the thread, which other processes do
not lengthen. Milliseconds, medians over the rounds; the ratio is that of the medians, above 1 is
better without.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable, Iterator

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.model import Model
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

WAYS = {"with": True, "without": False}

#: New tokens of one sequence after each prefix.
TAILS = (1, 4, 8, 24, 64)
PREFIXES = (50, 300, 1500)
LONG = PREFIXES[-1]

#: Sequences, tokens of the prompt that they share, and tokens that each has of its own.
SHARED = ((16, 300, 32), (64, 300, 8), (64, 300, 26))

#: Sequences that share nothing, and the tokens of each, as the samples of an evaluation.
APART = (24, 300)

Row = dict[str, list[float]]
Step = tuple[str, Callable[["Trial"], float | None]]


class Trial:
    """A cache, with or without flash attention, and the clock."""

    def __init__(self, model: Model, flash: bool, threads: int) -> None:
        self.context = Context(
            model.pointer, 8192, threads, model.vocabulary.size, sequences=64, flash=flash
        )
        self._now = time.thread_time if threads == 1 else time.perf_counter
        self._vocabulary = model.vocabulary.size

    def evaluate(self, sequence: int, start: int, count: int) -> float:
        """Return the milliseconds that tokens at the end of a sequence take."""
        began = self._now()
        step = self.context.batch_tokens
        for first in range(start, start + count, step):
            positions = range(first, min(first + step, start + count))
            self._decode([self._entry(sequence, position) for position in positions])
        return 1000 * (self._now() - began)

    def together(self, sequences: int, position: int) -> float:
        """Return the milliseconds of a token of each sequence."""
        began = self._now()
        self._decode([self._entry(number, position, True) for number in range(sequences)])
        return 1000 * (self._now() - began)

    def branch(self, sequences: int, prefix: int, own: int) -> None:
        """Give sequences a common prompt and tokens of their own, in an empty cache."""
        for number in range(64):
            self.context.remove(number)
        self.evaluate(0, 0, prefix)
        for number in range(1, sequences):
            self.context.share(0, number, prefix)
        step = self.context.batch_tokens // own
        for first in range(0, sequences, step):
            numbers = range(first, min(sequences, first + step))
            self._decode([self._entry(n, prefix + i) for n in numbers for i in range(own)])

    def separate(self, sequences: int, length: int) -> None:
        """Give sequences a text each, in an empty cache."""
        for number in range(64):
            self.context.remove(number)
        self.evaluate(0, 0, length)
        state = bytearray(self.context.state(0))
        for number in range(1, sequences):
            self.context.set_state(number, state, length)

    def _entry(self, sequence: int, position: int, logits: bool = False) -> Entry:
        token = 1 + (7 * position + 31 * sequence) % (self._vocabulary - 2)
        return Entry(token, position, sequence, logits)

    def _decode(self, entries: list[Entry]) -> None:
        entries[-1] = entries[-1]._replace(logits=True)
        self.context.decode(entries, never)
        self.context.logits_V(len(entries) - 1)


def measures(many_only: bool) -> Iterator[Step]:
    """Yield steps in order, each with a name and what it measures; None is preparation."""
    yield from () if many_only else one_sequence()
    for sequences, prefix, own in SHARED:
        yield "", lambda t, s=sequences, p=prefix, o=own: t.branch(s, p, o)
        name = f"1 each of {sequences}, {prefix} shared, {own} own"
        yield name, lambda t, s=sequences, p=prefix + own: t.together(s, p)
    sequences, length = APART
    yield "", lambda t: t.separate(sequences, length)
    for _ in range(2):
        yield f"1 each of {sequences}, {length} apart", lambda t: t.together(sequences, length)
        yield "", lambda t: ignore(*(t.context.remove(n, length) for n in range(sequences)))


def one_sequence() -> Iterator[Step]:
    """Yield the measures of one sequence."""
    yield "prompt 512", lambda t: t.evaluate(0, 0, 512)
    yield "", lambda t: ignore(t.context.remove(0))
    known = 0
    for prefix in PREFIXES[:-1]:
        yield "", lambda t, k=known, p=prefix: ignore(t.evaluate(0, k, p - k))
        yield from after(0, prefix, TAILS)
        known = prefix
    yield "", lambda t: ignore(t.context.remove(0))
    yield f"prompt {LONG}", lambda t: t.evaluate(0, 0, LONG)
    yield from after(0, LONG, TAILS)
    for prefix in PREFIXES[:-1]:
        yield "", lambda t, p=prefix: ignore(t.context.remove(1), t.context.share(0, 1, p))
        yield from after(1, prefix, (1, 24), f" beside {LONG - prefix:,}")


def after(sequence: int, prefix: int, tails: tuple[int, ...], label: str = "") -> Iterator[Step]:
    """Yield measures of tokens after a prefix, which are taken back each time."""

    def measure(trial: Trial, tail: int) -> float:
        taken = trial.evaluate(sequence, prefix, tail)
        trial.context.remove(sequence, prefix)
        return taken

    for tail in tails * 2:
        yield f"{tail} after {prefix:,}{label}", lambda t, n=tail: measure(t, n)


def ignore(*_: object) -> None:
    """Return None, whatever was done."""


def measure(model: Model, rounds: int, threads: int, many_only: bool) -> dict[str, Row]:
    """Return the milliseconds of every measure, each way."""
    trials = {way: Trial(model, flash, threads) for way, flash in WAYS.items()}
    found: dict[str, Row] = {}
    for number in range(rounds):
        for name, step in measures(many_only):
            for way in sorted(trials, reverse=bool(number % 2)):
                taken = step(trials[way])
                if name and taken is not None:
                    found.setdefault(name, {w: [] for w in WAYS})[way].append(taken)
    for trial in trials.values():
        trial.context.close()
    return found


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="nano")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--many-only", action="store_true", help="leave one sequence out")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    path = find_model(options.model)
    model = Model(path, EngineSettings("0", options.threads), options.threads)
    found = measure(model, options.rounds, options.threads, options.many_only)
    report = {
        name: {way: statistics.median(values) for way, values in row.items()}
        for name, row in found.items()
    }
    name = f"{model.info.name} {model.info.file_type}, {model.placement}"
    model.close()
    print(json.dumps(report, indent=2) if options.json else table(name, report))


def table(name: str, report: dict[str, dict[str, float]]) -> str:
    """Return the figures as a Markdown table."""
    rows = [name, "", "| tokens | with, ms | without, ms | ratio |", "|---|---|---|---|"]
    rows += [
        f"| {label} | {row['with']:.1f} | {row['without']:.1f} "
        f"| {row['with'] / row['without']:.2f} |"
        for label, row in report.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
