"""An answer while it is being made: tokens, text, stop rule, times."""

from __future__ import annotations

import time

from codegen_cli.engine.records import Chunk, Completion, FinishReason
from codegen_cli.engine.vocabulary import Pieces, TextStream
from codegen_cli.program import Stopper


class Answer:
    """Collect sampled tokens until something ends the answer."""

    def __init__(
        self,
        prompt_tokens: int,
        reused_tokens: int,
        max_tokens: int,
        stopper: Stopper,
        vocabulary: Pieces,
    ) -> None:
        self.tokens: list[int] = []
        self.logprobs: list[float] = []
        self.ended: FinishReason | None = None if max_tokens > 0 else "length"
        self._prompt_tokens = prompt_tokens
        self._reused_tokens = reused_tokens
        self._max_tokens = max_tokens
        self._stopper = stopper
        self._vocabulary = vocabulary
        self._stream = TextStream(vocabulary)
        self._started = self._prompt_ended = time.perf_counter()

    @property
    def room(self) -> int:
        """Return how many more tokens it may have."""
        return self._max_tokens - len(self.tokens)

    def prompt_done(self) -> None:
        """Note that the prompt has been evaluated."""
        self._prompt_ended = time.perf_counter()

    def take(self, token: int, logprob: float) -> Chunk:
        """Append a token and return what can be shown; sets `ended` when the answer is over.

        The model's own end of text is a token without text.
        """
        self.tokens.append(token)
        self.logprobs.append(logprob)
        if self._vocabulary.is_end(token):
            self.ended = "eos"
            return Chunk("", token, logprob)
        text = self._stopper.feed(self._stream.feed(token))
        if self._stopper.fired:
            self.ended = "stop"
        elif len(self.tokens) == self._max_tokens:
            self.ended = "length"
        return Chunk(text, token, logprob)

    def finish(self, drafted: int = 0, accepted: int = 0) -> Completion:
        """Return the finished answer; one that nothing has ended was interrupted."""
        now = time.perf_counter()
        if rest := self._stream.finish():
            self._stopper.feed(rest)
        if not self.tokens:
            self._prompt_ended = now
        truncation = self._stopper.finish()
        reason = self.ended or "interrupted"
        return Completion(
            text=truncation.text,
            cut=truncation.cut,
            finish_reason="stop" if self._stopper.fired and self.ended else reason,
            rule=self._stopper.fired,
            tokens=tuple(self.tokens),
            logprobs=tuple(self.logprobs),
            prompt_tokens=self._prompt_tokens,
            reused_tokens=self._reused_tokens,
            prompt_seconds=self._prompt_ended - self._started,
            generation_seconds=now - self._prompt_ended,
            drafted_tokens=drafted,
            accepted_tokens=accepted,
        )
