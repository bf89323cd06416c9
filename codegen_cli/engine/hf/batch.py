"""Many answers in one torch batch: prompts padded on the left, finished rows taken out."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from codegen_cli.engine.answer import Answer
from codegen_cli.engine.hf.choose import choose, masked
from codegen_cli.engine.hf.forward import Forward
from codegen_cli.engine.hf.vocabulary import HFVocabulary
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.engine.sampler import PENALTY_WINDOW
from codegen_cli.engine.waiting import Waiting
from codegen_cli.program import Stopper
from codegen_cli.settings import Sampling

#: Prompt tokens evaluated at a time: bounds the memory of attention, and how long Ctrl-C waits.
_PROMPT_TOKENS = 1024


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt to continue, as tokens (at least one), and how."""

    tokens: list[int]
    sampling: Sampling
    stopper: Stopper
    banned: tuple[int, ...] = ()


class _Row:
    """A request under way; its random numbers depend on its seed alone."""

    def __init__(self, number: int, request: Request, reused: int, words: HFVocabulary) -> None:
        self.number = number
        self.request = request
        self.answer = Answer(
            len(request.tokens), reused, request.sampling.max_tokens, request.stopper, words
        )
        self._random = random.Random(request.sampling.seed)

    def draw(self) -> float:
        """Return the next random number."""
        return self._random.random()

    def banned(self) -> tuple[int, ...]:
        """Return the tokens that may not come next: only the first one is restricted."""
        return () if self.answer.tokens else self.request.banned

    def recent(self) -> list[int]:
        """Return the tokens that the repetition penalty sees."""
        return (self.request.tokens[-PENALTY_WINDOW:] + self.answer.tokens)[-PENALTY_WINDOW:]


def run_batches(
    forward: Forward,
    vocabulary: HFVocabulary,
    requests: Iterable[Request | None],
    should_stop: Callable[[], bool],
    *,
    rows: int,
    cells: int,
) -> Iterator[tuple[int, Chunk | Completion]]:
    """Yield the number of a request with a Chunk for each token, then with its Completion.

    A batch has at most `rows` rows, whose longest texts take at most `cells` tokens together. The
    next batch is taken when all answers of one have ended; None is none for now (see `Engine`).
    Stopped by the user, all requests under way end with what they have; the others do not begin.
    """
    waiting = Waiting(requests)
    while not should_stop() and (group := _next_group(waiting, rows, cells)):
        yield from _Batch(forward, vocabulary, group, should_stop).run()


def _next_group(waiting: Waiting[Request], rows: int, cells: int) -> list[tuple[int, Request]]:
    """Take the requests that fit together, in order; always one where there is one."""
    group: list[tuple[int, Request]] = []
    prompt = answer = 0
    while len(group) < rows and (request := waiting.first()) is not None:
        prompt = max(prompt, len(request.tokens))
        answer = max(answer, request.sampling.max_tokens)
        if group and (prompt + answer) * (len(group) + 1) > cells:
            break
        group.append((waiting.take(), request))
    return group


class _Batch:
    """Requests that are decoded together, from their prompts to the last answer's end."""

    def __init__(
        self,
        forward: Forward,
        vocabulary: HFVocabulary,
        group: list[tuple[int, Request]],
        should_stop: Callable[[], bool],
    ) -> None:
        self._forward = forward
        self._should_stop = should_stop
        # Equal prompts (the samples of one problem) are evaluated once.
        self._prompts = list(dict.fromkeys(tuple(request.tokens) for _, request in group))
        self._first = [self._prompts.index(tuple(request.tokens)) for _, request in group]
        self._rows: list[_Row] = []
        for (number, request), first in zip(group, self._first, strict=True):
            seen = any(tuple(row.request.tokens) == self._prompts[first] for row in self._rows)
            reused = len(request.tokens) if seen else 0
            self._rows.append(_Row(number, request, reused, vocabulary))
        self._mask: Any = None
        self._cache: Any = None

    def run(self) -> Iterator[tuple[int, Chunk | Completion]]:
        """Yield what comes of each request, row by row, token by token."""
        logits = self._read_prompts()
        if logits is None:
            yield from self._interrupted()
            return
        for row in self._rows:
            row.answer.prompt_done()
        while True:
            yield from self._take(logits)
            kept = [i for i, row in enumerate(self._rows) if not row.answer.ended]
            if not kept:
                return
            if self._should_stop():
                self._rows = [self._rows[i] for i in kept]
                yield from self._interrupted()
                return
            self._keep(kept)
            logits = self._step([[row.answer.tokens[-1]] for row in self._rows])

    def _read_prompts(self) -> Any:
        """Evaluate the prompts and return the last logits of each row; None when stopped."""
        lengths = [len(prompt) for prompt in self._prompts]
        width = max(lengths)
        padded = [[0] * (width - len(prompt)) + list(prompt) for prompt in self._prompts]
        ids = self._forward.tensor(padded)
        self._mask = self._forward.mask(lengths, width)
        step = max(1, _PROMPT_TOKENS // len(padded))
        logits = None
        for start in range(0, width, step):
            if self._should_stop():
                return None
            end = min(width, start + step)
            logits, self._cache = self._forward(
                ids[:, start:end], self._mask[:, :end], self._cache, keep=1
            )
        assert logits is not None
        if self._first != list(range(len(self._prompts))):
            self._forward.select(self._cache, self._first)
            self._mask, logits = self._mask[self._first], logits[self._first]
        return logits

    def _step(self, tokens: list[list[int]]) -> Any:
        """Evaluate the newest token of each row and return the logits after it."""
        new = self._forward.mask([1] * len(tokens), 1)
        self._mask = self._forward.join(self._mask, new)
        logits, self._cache = self._forward(
            self._forward.tensor(tokens), self._mask, self._cache, keep=1
        )
        return logits

    def _take(self, logits_Bx1xV: Any) -> Iterator[tuple[int, Chunk | Completion]]:
        logits_BxV = logits_Bx1xV[:, -1]
        tokens = choose(
            masked(logits_BxV, [row.banned() for row in self._rows]),
            [row.request.sampling for row in self._rows],
            [row.recent() for row in self._rows],
            [row.draw() for row in self._rows],
        )
        logprobs = self._forward.logprobs(logits_BxV, tokens)
        for row, token, logprob in zip(self._rows, tokens, logprobs, strict=True):
            yield row.number, row.answer.take(token, logprob)
            if row.answer.ended:
                yield row.number, row.answer.finish()

    def _keep(self, kept: list[int]) -> None:
        if len(kept) < len(self._rows):
            self._rows = [self._rows[i] for i in kept]
            self._mask = self._mask[kept]
            self._forward.select(self._cache, kept)

    def _interrupted(self) -> Iterator[tuple[int, Completion]]:
        for row in self._rows:
            yield row.number, row.answer.finish()
