"""Models end to end: stock llama.cpp and the kernels in turns, in one process.

Turns are short and alternate, so that what else the machine does meets both alike. Times are of
`llama_decode` with its logits, without sampling; of one thread the time that it computed, of
several the time on the wall. Two figures of each: the best decode of all, and the median of the
turns' medians.
"""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.kernels import VARIABLE
from codegen_cli.engine.model import Model
from codegen_cli.settings import EngineSettings

_PREFILL = 512
#: Tokens that each sequence has before decoding is timed.
_HISTORY = 48


@dataclass(frozen=True, slots=True)
class Row:
    """Tokens a second of both: best and median."""

    file_type: str
    work: str
    stock: tuple[float, float]
    own: tuple[float, float]

    @property
    def ratios(self) -> tuple[float, float]:
        """Return how many times faster the kernels are, by the best and by the median."""
        return self.own[0] / self.stock[0], self.own[1] / self.stock[1]


class Side:
    """A model with a context, on stock llama.cpp or on the kernels."""

    def __init__(self, path: Path, threads: int, sequences: int, *, own: bool) -> None:
        """Load the model.

        Raises:
            RuntimeError: it is not multiplied with what was asked for.
        """
        os.environ[VARIABLE] = "" if own else "off"
        self.model = Model(path, EngineSettings(gpu_layers="0"), threads)
        if bool(self.model.placement.own) != own:
            raise RuntimeError(f"asked for own={own}, but it runs on: {self.model.placement}")
        self._clock = time.thread_time if threads == 1 else time.perf_counter
        cells = max(_PREFILL, sequences * (_HISTORY + 64))
        size = self.model.vocabulary.size
        self.context = Context(
            self.model.pointer, cells, threads, size, sequences=sequences, flash=True
        )

    def prefill(self) -> float:
        """Evaluate a prompt in an empty cache; return tokens a second."""
        self.context.remove(-1)
        entries = [Entry(100 + i * 37 % 40000, i, 0, i == _PREFILL - 1) for i in range(_PREFILL)]
        return _PREFILL / self._timed(entries)

    def fill(self, sequences: int) -> None:
        """Give each sequence its history."""
        self.context.remove(-1)
        for s in range(sequences):
            entries = [Entry(100 + (i * 37 + s) % 40000, i, s, False) for i in range(_HISTORY)]
            self._timed([*entries[:-1], entries[-1]._replace(logits=True)])

    def decode(self, sequences: int, step: int) -> float:
        """Decode one token of each sequence; return tokens a second."""
        entries = [Entry(300 + s * 7 + step, _HISTORY + step, s, True) for s in range(sequences)]
        return sequences / self._timed(entries)

    def close(self) -> None:
        """Free both."""
        self.context.close()
        self.model.close()

    def _timed(self, entries: list[Entry]) -> float:
        start = self._clock()
        self.context.decode(entries, lambda: False)
        return self._clock() - start


def compare(
    path: Path, file_type: str, threads: int, batches: tuple[int, ...], turns: int
) -> Iterator[Row]:
    """Yield a row for the prompt and for each batch."""
    stock = Side(path, threads, max(batches), own=False)
    own = Side(path, threads, max(batches), own=True)
    try:
        yield _row(file_type, f"prompt {_PREFILL}", stock, own, turns, _prefill_turn)
        for batch in batches:
            for side in (stock, own):
                side.fill(batch)
            yield _row(file_type, f"decode × {batch}", stock, own, turns, _decode_turn(batch))
    finally:
        stock.close()
        own.close()


def _prefill_turn(side: Side, _turn: int) -> list[float]:
    return [side.prefill() for _ in range(2)]


def _decode_turn(batch: int) -> Callable[[Side, int], list[float]]:
    steps = 6 if batch < 16 else 4

    def turn(side: Side, turn: int) -> list[float]:
        return [side.decode(batch, turn * steps + i) for i in range(steps)]

    return turn


def _row(
    file_type: str,
    work: str,
    stock: Side,
    own: Side,
    turns: int,
    run: Callable[[Side, int], list[float]],
) -> Row:
    rates: dict[Side, list[list[float]]] = {stock: [], own: []}
    for turn in range(turns):
        for side in (stock, own):
            rates[side].append(run(side, turn))

    def summary(side: Side) -> tuple[float, float]:
        best = max(max(rates_of_turn) for rates_of_turn in rates[side])
        return best, statistics.median(statistics.median(r) for r in rates[side])

    return Row(file_type, work, summary(stock), summary(own))
