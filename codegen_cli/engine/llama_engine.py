"""The engine on llama.cpp: one model, one KV cache, any number of answers at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from collections.abc import Sequence as Many
from dataclasses import replace
from pathlib import Path

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.batch import Batch, Request
from codegen_cli.engine.draft import DraftControl, Drafter, NgramDrafter, NgramIndex
from codegen_cli.engine.draft_model import DraftModel, check_same_vocabulary
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.listener import QUIET, Listener
from codegen_cli.engine.model import Model
from codegen_cli.engine.offload import OffloadPlan
from codegen_cli.engine.open_context import open_context
from codegen_cli.engine.prefix_cache import PrefixCache
from codegen_cli.engine.records import Chunk, Completion, Score
from codegen_cli.engine.room import check_answer_fits, check_score_fits, context_size
from codegen_cli.engine.scoring import Span, score_spans
from codegen_cli.engine.state import WORTH_KEEPING, State
from codegen_cli.engine.threads import model_threads
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
        self.n_ctx = context_size(settings.ctx, self.info.n_ctx_train)
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
        self._control = DraftControl()

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
        self, prompts: Iterable[Prompt | None], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        """Continue many prompts in one batch; yield the number of a prompt with what came of it.

        Prompts are asked for one by one as there is room (see `Engine`); those of a list are
        checked before any work. The text of an answer depends on its prompt, seed and settings;
        see `EngineSettings.strict` for the last bits.

        Raises:
            ContextFull: a prompt and its `max_tokens` exceed the context.
        """
        requests: Iterable[Request | None] = map(self._request, prompts)
        if isinstance(prompts, Many):
            # Guesses only pay for an answer that has a batch to itself.
            drafter = self._new_drafter() if len(prompts) == 1 else None
            requests = [self._request(prompt, drafter) for prompt in prompts]
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
        spans = [(self.vocabulary.prompt(p), self.vocabulary.tokenize(t)) for p, t in texts]
        return self.score_tokens(spans, should_stop)

    def score_tokens(
        self,
        spans: Many[tuple[list[int], list[int]]],
        should_stop: Callable[[], bool] = never,
    ) -> list[Score]:
        """Return the log-probabilities of tokens, each given a prefix of at least one token.

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: a pair exceeds the context.
        """
        for prefix, tokens in spans:
            check_score_fits(len(prefix), len(tokens), self.n_ctx)
        jobs = [Span(prefix, tokens) for prefix, tokens in spans]
        return score_spans(self._context, self._cache, jobs, should_stop)

    def watch(self, told: Callable[[int], None]) -> None:
        """Have someone hear how many tokens of a text are evaluated, a batch at a time."""
        self._context.told = told

    def forget(self) -> None:
        """Empty the KV cache: what follows depends on nothing before it, to the last bit."""
        self._cache.forget()

    def state_of(self, text: str) -> State | None:
        """Return what was evaluated of a text, for another process.

        None where it is too little to pay, and with layers on a GPU, where it was not measured.
        """
        tokens = self.vocabulary.prompt(text)
        if self.plan.gpu_layers or self._cache.common(tokens) < WORTH_KEEPING:
            return None
        sequence = self._cache.acquire(tokens, 0)
        try:
            return State(list(sequence.tokens), self._context.state(sequence.number))
        finally:
            self._cache.release(sequence)

    def restore(self, state: State) -> bool:
        """Take in what the same model, build and settings evaluated; False where it cannot be."""
        tokens = state.tokens
        if not tokens or max(tokens) >= self.info.n_vocab or min(tokens) < 0:
            return False
        return self._cache.restore(
            tokens, lambda number: self._context.set_state(number, state.data, len(tokens))
        )

    def _request(self, prompt: Prompt | None, drafter: Drafter | None = None) -> Request | None:
        if prompt is None:
            return None
        tokens = self._tokens(prompt)
        return Request(
            tokens, prompt.sampling, prompt.stopper, drafter, prompt.banned, self._control
        )

    def _tokens(self, prompt: Prompt) -> list[int]:
        if prompt.suffix is None:
            tokens = self.vocabulary.prompt(prompt.text)
        else:
            tokens = self.vocabulary.gap(prompt.text, prompt.suffix)
        check_answer_fits(len(tokens), prompt.sampling.max_tokens, self.n_ctx)
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
