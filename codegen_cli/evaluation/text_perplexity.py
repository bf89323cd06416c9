"""Perplexity of a whole text, whatever its length, and of its lines."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from codegen_cli.engine.base import Engine, Tokenizer, never
from codegen_cli.engine.span import joint_span
from codegen_cli.evaluation.perplexity import Likelihood


@dataclass(frozen=True, slots=True)
class TextScore:
    """The tokens of a text with their log-probabilities (nats), and in how many windows."""

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    windows: int

    @property
    def likelihood(self) -> Likelihood:
        """Return the whole."""
        return Likelihood(len(self.tokens), -math.fsum(self.logprobs))

    def lines(self, vocabulary: Tokenizer) -> list[Likelihood]:
        """Return each line's; a token belongs to the line that it begins in."""
        found: list[list[float]] = [[]]
        for token, logprob in zip(self.tokens, self.logprobs, strict=True):
            found[-1].append(logprob)
            found += [[] for _ in range(vocabulary.piece(token).count(b"\n"))]
        if len(found) > 1 and not found[-1]:
            found.pop()
        return [Likelihood(len(line), -math.fsum(line)) for line in found]


def score_text(
    engine: Engine, text: str, prefix: str = "", should_stop: Callable[[], bool] = never
) -> TextScore:
    """Score a text after a prefix; with an empty one, after the end of another text.

    A text beyond the context is scored in windows that overlap by half.

    Raises:
        Interrupted: `should_stop` said so.
    """
    before, scored = joint_span(engine.vocabulary, prefix, text)
    if len(before) + len(scored) > engine.n_ctx:
        before = before[-(engine.n_ctx // 2) :]
    line = before + scored
    spans = [
        (line[start:first], line[first:end])
        for start, first, end in windows(len(line), len(before), engine.n_ctx)
    ]
    scores = engine.score_tokens(spans, should_stop)
    logprobs = tuple(logprob for score in scores for logprob in score.logprobs)
    return TextScore(tuple(scored), logprobs, len(spans))


def windows(tokens: int, first: int, context: int) -> Iterator[tuple[int, int, int]]:
    """Yield (start, first, end): evaluate start…end, score first…end; each token is scored once.

    The first `first` tokens only condition. From the second window on, half of it does.
    """
    end = min(tokens, context)
    yield 0, first, end
    while end < tokens:
        first, end = end, min(tokens, end + context // 2)
        yield end - context, first, end
