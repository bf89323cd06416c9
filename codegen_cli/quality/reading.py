"""Read a text through a model, a few positions at a time, logits and all."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.model import Model
from codegen_cli.engine.open_context import open_context
from codegen_cli.engine.threads import model_threads
from codegen_cli.settings import EngineSettings

#: Positions whose logits are in memory at a time; at 51,200 tokens 64 of them are 13 MB.
STEP = 64

#: Tokens that are decoded one by one to tell the speed of writing.
_WRITTEN = 32


class ReadingModel:
    """A model, a context for one window of text, and how fast they were."""

    def __init__(self, path: Path, settings: EngineSettings, window: int) -> None:
        """Load a model.

        Raises:
            ModelError: it is missing, broken or does not fit.
        """
        threads = settings.threads or model_threads(path)
        self.model = Model(path, settings, threads)
        self._context: Context = open_context(self.model, window, threads, exact=settings.exact)
        self._read, self._read_seconds = 0, 0.0

    @property
    def read_rate(self) -> float:
        """Return the tokens read a second, in steps of `STEP`."""
        return self._read / self._read_seconds if self._read_seconds else 0.0

    def read(
        self, tokens: Sequence[int], start: int, should_stop: Callable[[], bool]
    ) -> NDArray[np.float32]:
        """Evaluate tokens from a position on (0 begins anew); return their logits (T × V).

        Raises:
            Interrupted: `should_stop` said so.
        """
        self._context.remove(0, start)
        entries = [Entry(token, start + i, 0, True) for i, token in enumerate(tokens)]
        began = time.perf_counter()
        self._context.decode(entries, should_stop)
        self._read_seconds += time.perf_counter() - began
        self._read += len(tokens)
        return np.stack([self._context.logits_V(i) for i in range(len(tokens))])

    def write_rate(self, should_stop: Callable[[], bool]) -> float:
        """Return how many tokens a second it decodes one by one."""
        token = self.model.vocabulary.end_of_text
        self.read([token], 0, should_stop)
        began = time.perf_counter()
        for position in range(1, 1 + min(_WRITTEN, self._context.cells - 1)):
            self._context.remove(0, position)
            self._context.decode([Entry(token, position, 0, True)], should_stop)
        return position / (time.perf_counter() - began)

    def close(self) -> None:
        """Free context and model; safe to call twice."""
        self._context.close()
        self.model.close()

    def __enter__(self) -> ReadingModel:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def windows(tokens: Sequence[int], size: int) -> Iterator[Sequence[int]]:
    """Yield the text in windows of `size` tokens; a last one of fewer than two is left out.

    >>> [list(w) for w in windows([1, 2, 3, 4, 5], 2)]
    [[1, 2], [3, 4]]
    """
    for start in range(0, len(tokens) - 1, size):
        window = tokens[start : start + size]
        if len(window) > 1:
            yield window


def steps(window: Sequence[int]) -> Iterator[tuple[int, Sequence[int]]]:
    """Yield the positions of a window that have a next token, in steps: (start, tokens)."""
    for start in range(0, len(window) - 1, STEP):
        yield start, window[start : min(start + STEP, len(window) - 1)]
