"""Let a small model guess for a large one: all CodeGen sizes share one vocabulary."""

from __future__ import annotations

from collections.abc import Sequence

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.gguf import GGUFFile
from codegen_cli.engine.model import Model
from codegen_cli.engine.open_context import open_context
from codegen_cli.engine.prefix_cache import PrefixCache
from codegen_cli.engine.prefix_cache import Sequence as Line
from codegen_cli.errors import UsageError


class DraftModel:
    """A second, smaller model with a cache of its own; makes a drafter for each answer."""

    def __init__(self, model: Model, n_ctx: int, threads: int) -> None:
        """Allocate the cache for a loaded model, which is closed with this.

        Raises:
            ModelError: there is no memory for it.
        """
        self._model = model
        self.context = open_context(model, n_ctx, threads)
        self.cache = PrefixCache(self.context)

    def drafter(self) -> ModelDrafter:
        """Return a drafter for one answer."""
        return ModelDrafter(self.context, self.cache)

    def close(self) -> None:
        """Free context and model; safe to call twice."""
        self.context.close()
        self._model.close()


def check_same_vocabulary(draft: GGUFFile, target: GGUFFile) -> None:
    """Refuse a model whose tokens mean something else than another's.

    Raises:
        UsageError: the vocabularies differ.
    """
    for key in ("tokenizer.ggml.tokens", "tokenizer.ggml.merges"):
        if draft.metadata.get(key) != target.metadata.get(key):
            raise UsageError(
                f'"{draft.path.name}" has another vocabulary than "{target.path.name}"',
                "use a model of the same family",
            )


class ModelDrafter:
    """Guess greedily with a draft model."""

    def __init__(self, context: Context, cache: PrefixCache) -> None:
        self._context = context
        self._cache = cache
        self._line: list[int] = []

    def observe(self, tokens: Sequence[int]) -> None:
        """Take the prompt, and then each token that was really drawn."""
        self._line += tokens

    def draft(self, count: int) -> list[int]:
        """Return the draft model's greedy continuation, as far as its context reaches."""
        count = min(count, self._context.cells - len(self._line))
        if count <= 0:
            return []
        known = self._line[:-1]
        line = self._cache.acquire(known, len(self._line) - self._cache.common(known) + count)
        try:
            guesses = [self._best_after(line, self._line[len(line.tokens) :])]
            while len(guesses) < count:
                guesses.append(self._best_after(line, guesses[-1:]))
            return guesses
        finally:
            self._cache.release(line)

    def _best_after(self, line: Line, tokens: list[int]) -> int:
        """Evaluate tokens at the end of a line and return the likeliest next one."""
        step = self._context.batch_tokens
        for start in range(0, len(tokens), step):
            part = tokens[start : start + step]
            first, last = len(line.tokens), len(part) - 1
            entries = [Entry(t, first + i, line.number, i == last) for i, t in enumerate(part)]
            self._context.decode(entries, never)
            self._cache.append(line, part)
        return int(self._context.logits_V(last).argmax())
