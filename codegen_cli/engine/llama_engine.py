"""The engine on llama.cpp: one model, one KV cache, any number of answers at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from collections.abc import Sequence as Many
from dataclasses import replace
from pathlib import Path

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.batch import Batch, Request
from codegen_cli.engine.draft import Drafter, NgramDrafter, NgramIndex
from codegen_cli.engine.draft_model import DraftModel, check_same_vocabulary
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.listener import QUIET, Listener
from codegen_cli.engine.model import Model
from codegen_cli.engine.offload import OffloadPlan
from codegen_cli.engine.open_context import open_context
from codegen_cli.engine.prefix_cache import PrefixCache
from codegen_cli.engine.records import Chunk, Completion, Score
from codegen_cli.engine.scoring import Span, score_spans
from codegen_cli.engine.threads import model_threads
from codegen_cli.errors import ContextFull, UsageError
from codegen_cli.program import Stopper
from codegen_cli.settings import EngineSettings, Sampling

#: Texts that the cache can hold beside each other; branches share the cells of their prefix.
SEQUENCES = 64


class LlamaEngine:
    """Continue text with a GGUF model; what was evaluated once is not evaluated again."""

    def __init__(self, path: Path, settings: EngineSettings, *, listener: Listener = QUIET) -> None:
        """Load a model.

        Raises:
            ModelError: it is missing, broken or does not fit.
            UsageError: `--ctx` exceeds what the model was trained for, or a GPU is not there.
        """
        threads = settings.threads or model_threads(path)
        self._listener = listener
        self._model = Model(path, settings, threads, listener=listener)
        self.info = self._model.info
        self.n_ctx = _context_size(settings.ctx, self.info.n_ctx_train)
        cells = max(self.n_ctx, settings.kv_tokens or 0)
        self._context = open_context(
            self._model, cells, threads, sequences=SEQUENCES, exact=settings.exact
        )
        self.vocabulary = self._model.vocabulary
        self._cache = PrefixCache(self._context)
        self._settings = settings
        self._threads = threads
        self._draft: DraftModel | None = None
        self._new_drafter: Callable[[], Drafter | None] = _no_drafter

    def draft_with_text(self, files: Many[str]) -> None:
        """Speculate from now on: guess from the prompt itself and from the texts of files."""
        index = NgramIndex()
        for text in files:
            index.new_text()
            index.extend(self.vocabulary.tokenize(text))
        self._new_drafter = lambda: NgramDrafter(index)

    def draft_with_model(self, path: Path) -> None:
        """Speculate from now on: let a smaller model guess.

        Raises:
            UsageError: its vocabulary is another one.
            ModelError: it is missing, broken or does not fit.
        """
        check_same_vocabulary(read_gguf(path), self._model.file)
        settings = replace(self._settings, lora=())  # adapters fit one size of model only
        model = Model(path, settings, self._threads, listener=self._listener)
        self._draft = DraftModel(model, self.n_ctx, self._threads)
        self._new_drafter = self._draft.drafter

    @property
    def placement(self) -> str:
        """Say where the model really runs."""
        return str(self._model.placement)

    @property
    def plan(self) -> OffloadPlan:
        """Return the plan that the model was loaded by."""
        return self._model.plan

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self.vocabulary.tokenize(text))

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        """Yield a Chunk for each sampled token, then one Completion.

        Raises:
            ContextFull: prompt and `max_tokens` exceed the context.
        """
        many = self.generate_many([Prompt(prompt, sampling, stopper)], should_stop)
        return (item for _, item in many)

    def generate_many(
        self, prompts: Many[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        """Continue many prompts in one batch; yield the number of a prompt with what came of it.

        The text of an answer depends on its prompt, seed and settings; see `EngineSettings.strict`
        for the last bits.

        Raises:
            ContextFull: a prompt and its `max_tokens` exceed the context.
        """
        # Guesses only pay for an answer that has a batch to itself.
        new_drafter = self._new_drafter if len(prompts) == 1 else _no_drafter
        requests = [Request(self._tokens(p), p.sampling, p.stopper, new_drafter()) for p in prompts]
        batch = Batch(
            self._context, self._cache, self.vocabulary, should_stop, strict=self._settings.strict
        )
        return batch.run(requests)

    def score(
        self, texts: Many[tuple[str, str]], should_stop: Callable[[], bool] = never
    ) -> list[Score]:
        """Return the log-probabilities of texts, each given a prefix: pairs (prefix, text).

        Prefix and text are tokenized apart, so the same text always has the same tokens. An empty
        prefix is the end of another text.

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: a pair exceeds the context.
        """
        spans = []
        for prefix, text in texts:
            before = self.vocabulary.tokenize(prefix) or [self.vocabulary.end_of_text]
            span = Span(before, self.vocabulary.tokenize(text))
            if len(before) + len(span.tokens) > self.n_ctx:
                raise ContextFull(
                    f"{len(before) + len(span.tokens)} tokens to score "
                    f"({len(before)} in the prefix), but the context has {self.n_ctx}",
                    "shorten the text",
                )
            spans.append(span)
        return score_spans(self._context, self._cache, spans, should_stop)

    def _tokens(self, prompt: Prompt) -> list[int]:
        # An empty prompt still needs one token to predict from: the end of a text before it.
        tokens = self.vocabulary.tokenize(prompt.text) or [self.vocabulary.end_of_text]
        max_tokens = prompt.sampling.max_tokens
        if len(tokens) + max_tokens > self.n_ctx:
            room = self.n_ctx - len(tokens)
            raise ContextFull(
                f"requested {len(tokens) + max_tokens} tokens ({len(tokens)} in the prompt, "
                f"{max_tokens} for the answer), but the context has {self.n_ctx}",
                f"use --max-tokens {room} or less" if room > 0 else "shorten the program",
            )
        return tokens

    def close(self) -> None:
        """Free contexts and models; safe to call twice."""
        if self._draft is not None:
            self._draft.close()
        self._context.close()
        self._model.close()

    def __enter__(self) -> LlamaEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _no_drafter() -> None:
    return None


def _context_size(asked: int | None, trained: int) -> int:
    if asked is None:
        return trained
    if not 8 <= asked <= trained:
        raise UsageError(
            f"--ctx {asked} is outside 8…{trained}, the context the model was trained for",
            f"use --ctx {trained} or less",
        )
    return asked
