"""The engine on llama.cpp: one model, one context, one answer at a time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context
from codegen_cli.engine.model import Model
from codegen_cli.engine.records import Chunk, Completion, FinishReason
from codegen_cli.engine.sampler import Sampler
from codegen_cli.engine.threads import default_threads
from codegen_cli.engine.vocabulary import TextStream
from codegen_cli.errors import CodegenError, ContextFull, Interrupted, UsageError
from codegen_cli.program import Stopper
from codegen_cli.settings import EngineSettings, Sampling


class LlamaEngine:
    """Continue text with a GGUF model; the KV cache is reused from one prompt to the next."""

    def __init__(self, path: Path, settings: EngineSettings) -> None:
        """Load a model.

        Raises:
            ModelError: it is missing, broken or does not fit.
            UsageError: `--ctx` exceeds what the model was trained for.
        """
        threads = settings.threads or default_threads()
        self._model = Model(path, settings, threads)
        self.info = self._model.info
        self.n_ctx = _context_size(settings.ctx, self.info.n_ctx_train)
        self._context = Context(
            self._model.pointer, self.n_ctx, threads, self._model.vocabulary.size
        )

    @property
    def placement(self) -> str:
        """Say where the model really runs."""
        return str(self._model.placement)

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""
        return len(self._model.vocabulary.tokenize(text))

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        """Yield a Chunk for each sampled token, then one Completion.

        Stops at the stop rule, at the model's end of text, at `max_tokens`, or within one decode
        of `should_stop` turning true.

        Raises:
            ContextFull: prompt and `max_tokens` exceed the context.
        """
        tokens = self._prompt_tokens(prompt, sampling.max_tokens)
        answer = _Answer(len(tokens), stopper)
        try:
            answer.reused = self._context.prefill(tokens, should_stop)
        except Interrupted:
            yield answer.finish("interrupted")
            return
        answer.prompt_done()
        with Sampler(self._model.vocabulary.size, sampling) as sampler:
            sampler.observe(tokens)
            yield from self._sample(sampler, answer, sampling.max_tokens, should_stop)

    def _prompt_tokens(self, prompt: str, max_tokens: int) -> list[int]:
        # An empty prompt still needs one token to predict from: the end of a text before it.
        tokens = self._model.vocabulary.tokenize(prompt) or [self._model.vocabulary.end_of_text]
        if len(tokens) + max_tokens > self.n_ctx:
            room = self.n_ctx - len(tokens)
            raise ContextFull(
                f"requested {len(tokens) + max_tokens} tokens ({len(tokens)} in the prompt, "
                f"{max_tokens} for the answer), but the context has {self.n_ctx}",
                f"use --max-tokens {room} or less" if room > 0 else "shorten the program",
            )
        return tokens

    def _sample(
        self,
        sampler: Sampler,
        answer: _Answer,
        max_tokens: int,
        should_stop: Callable[[], bool],
    ) -> Iterator[Chunk | Completion]:
        stream = TextStream(self._model.vocabulary)
        for _ in range(max_tokens):
            if should_stop():
                yield answer.finish("interrupted")
                return
            token = sampler.sample(self._context.pointer)
            if self._model.vocabulary.is_end(token):
                answer.tokens.append(token)
                answer.logprobs.append(self._logprob(token))
                yield answer.finish("eos", stream.finish())
                return
            yield answer.take(token, self._logprob(token), stream.feed(token))
            if answer.stopper.fired:
                yield answer.finish("stop")
                return
            if len(answer.tokens) < max_tokens:
                self._context.decode([token])
        yield answer.finish("length", stream.finish())

    def _logprob(self, token: int) -> float:
        import numpy as np

        logits_V = self._context.logits_V()
        top = float(logits_V.max())
        value = float(logits_V[token]) - top - float(np.log(np.exp(logits_V - top).sum()))
        if value != value:
            raise CodegenError(
                f'the model "{self.info.name}" computes NaN logits', "its weights are damaged"
            )
        return value

    def close(self) -> None:
        """Free context and model; safe to call twice."""
        self._context.close()
        self._model.close()

    def __enter__(self) -> LlamaEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Answer:
    """The answer that is being made: tokens so far, text so far, times."""

    def __init__(self, prompt_tokens: int, stopper: Stopper) -> None:
        self.stopper = stopper
        self.prompt_tokens = prompt_tokens
        self.reused = 0
        self.tokens: list[int] = []
        self.logprobs: list[float] = []
        self._started = self._prompt_ended = time.perf_counter()

    def prompt_done(self) -> None:
        """Note that the prompt has been evaluated."""
        self._prompt_ended = time.perf_counter()

    def take(self, token: int, logprob: float, text: str) -> Chunk:
        """Append a token and return what can be shown of it."""
        self.tokens.append(token)
        self.logprobs.append(logprob)
        return Chunk(self.stopper.feed(text), token, logprob)

    def finish(self, reason: FinishReason, rest: str = "") -> Completion:
        """Return the finished answer; a rule that fires on the last text wins over the limit."""
        if rest:
            self.stopper.feed(rest)
        now = time.perf_counter()
        if reason == "interrupted" and not self.tokens:
            self._prompt_ended = now
        truncation = self.stopper.finish()
        return Completion(
            text=truncation.text,
            cut=truncation.cut,
            finish_reason="stop" if self.stopper.fired and reason != "interrupted" else reason,
            rule=self.stopper.fired,
            tokens=tuple(self.tokens),
            logprobs=tuple(self.logprobs),
            prompt_tokens=self.prompt_tokens,
            reused_tokens=self.reused,
            prompt_seconds=self._prompt_ended - self._started,
            generation_seconds=now - self._prompt_ended,
        )


def _context_size(asked: int | None, trained: int) -> int:
    if asked is None:
        return trained
    if not 8 <= asked <= trained:
        raise UsageError(
            f"--ctx {asked} is outside 8…{trained}, the context the model was trained for",
            f"use --ctx {trained} or less",
        )
    return asked
