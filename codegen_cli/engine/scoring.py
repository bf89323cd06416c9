"""How likely the model finds a text: log-probabilities and perplexity of spans."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.logprob import logprob_of
from codegen_cli.engine.prefix_cache import PrefixCache
from codegen_cli.engine.records import Score

#: Positions whose logits are in memory at a time; at 51,200 tokens 64 of them are 13 MB.
_OUTPUTS = 64


@dataclass(frozen=True, slots=True)
class Span:
    """Tokens to score, after tokens that only condition them (at least one)."""

    prefix: list[int]
    tokens: list[int]


class _Job:
    """A span under way: its line in the cache and what is still to be evaluated."""

    def __init__(self, span: Span, cache: PrefixCache, reserved: int) -> None:
        self.span = span
        self.line = span.prefix + span.tokens
        known = span.prefix[:-1]
        needed = len(self.line) - 1 - cache.common(known)
        self.sequence = cache.acquire(known, reserved + max(0, needed))
        self.logprobs: list[float] = []

    @property
    def position(self) -> int:
        """Return how many tokens have been evaluated; the last of the line never needs to be."""
        return len(self.sequence.tokens)

    @property
    def done(self) -> bool:
        """Say whether every token of the span has its log-probability."""
        return len(self.logprobs) == len(self.span.tokens)

    def entries(self, tokens: int, outputs: int) -> list[Entry]:
        """Return the next tokens to evaluate, within the limits on tokens and logits."""
        entries: list[Entry] = []
        for position in range(self.position, min(len(self.line) - 1, self.position + tokens)):
            scored = position >= len(self.span.prefix) - 1
            outputs -= scored
            if outputs < 0:
                break
            entries.append(Entry(self.line[position], position, self.sequence.number, scored))
        return entries


def score_spans(
    context: Context,
    cache: PrefixCache,
    spans: Sequence[Span],
    should_stop: Callable[[], bool] = never,
) -> list[Score]:
    """Score spans, many in one batch; only scored positions have their logits computed.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: a span does not fit the cache.
    """
    waiting, active = deque(enumerate(spans)), dict[int, _Job]()
    scores: dict[int, Score] = {}
    try:
        while waiting or active:
            _admit(context, cache, waiting, active)
            _step(context, cache, list(active.values()), should_stop)
            for number in [n for n, job in active.items() if job.done]:
                job = active.pop(number)
                cache.release(job.sequence)
                scores[number] = Score(tuple(job.span.tokens), tuple(job.logprobs))
    finally:
        for job in active.values():
            cache.release(job.sequence)
    return [scores[number] for number in range(len(spans))]


def _admit(
    context: Context,
    cache: PrefixCache,
    waiting: deque[tuple[int, Span]],
    active: dict[int, _Job],
) -> None:
    reserved = sum(len(job.line) - job.position for job in active.values())
    while waiting and len(active) < context.sequences:
        number, span = waiting[0]
        needed = len(span.prefix) + len(span.tokens)
        if active and not cache.fits(span.prefix[:-1], needed, reserved):
            return
        waiting.popleft()
        active[number] = _Job(span, cache, reserved)
        reserved += needed - active[number].position


def _step(
    context: Context, cache: PrefixCache, jobs: list[_Job], should_stop: Callable[[], bool]
) -> None:
    """Evaluate one batch of tokens of as many jobs as fit."""
    batch: list[Entry] = []
    parts: list[tuple[_Job, int, int]] = []
    outputs = _OUTPUTS
    for job in jobs:
        entries = job.entries(context.batch_tokens - len(batch), outputs)
        parts.append((job, len(batch), len(entries)))
        batch += entries
        outputs -= sum(entry.logits for entry in entries)
    if batch:
        context.decode(batch, should_stop)
    for job, start, count in parts:
        for i in range(start, start + count):
            if batch[i].logits:
                target = job.line[batch[i].position + 1]
                job.logprobs.append(logprob_of(context.logits_V(i), target))
        cache.append(job.sequence, [entry.token for entry in batch[start : start + count]])
