"""How surprising prompts are: perplexity as the paper takes it (arXiv 2203.13474, section 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from codegen_cli.engine.base import Engine, Tokenizer, never
from codegen_cli.errors import ContextFull
from codegen_cli.evaluation.task import Row, Task

#: Tokens that condition, and tokens to score.
Span: TypeAlias = tuple[list[int], list[int]]


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Tokens scored, and the sum of their negative log-probabilities (nats)."""

    tokens: int = 0
    nll: float = 0.0

    @property
    def perplexity(self) -> float:
        """Return exp of the mean a token; NaN without tokens."""
        return math.exp(self.nll / self.tokens) if self.tokens else math.nan


def joint_span(vocabulary: Tokenizer, before: str, text: str) -> Span:
    r"""Return the tokens of a text and of what stands before it, as the model would see both.

    They are tokenized as one: "\n\n" alone may be a token that it never is before a comment. Where
    a token reaches from one into the other, they are tokenized apart after all.
    """
    scored = vocabulary.tokenize(text)
    if before and scored:
        line = vocabulary.prompt(before + text)
        if line[-len(scored) :] == scored and len(line) > len(scored):
            return line[: -len(scored)], scored
    return vocabulary.prompt(before), scored


def likelihood(
    engine: Engine, spans: Iterable[Span], should_stop: Callable[[], bool] = never
) -> Likelihood:
    """Score spans and add them up.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: one does not fit.
    """
    scores = engine.score_tokens(list(spans), should_stop)
    logprobs = [logprob for score in scores for logprob in score.logprobs]
    return Likelihood(len(logprobs), -math.fsum(logprobs))


def conditioned_prompts(task: Task, pieces: Sequence[str] | None) -> list[tuple[str, str]]:
    """Return the prompts of a task, each after the text that conditions it.

    Only prompts are scored: exp(-1/m Σ log P(p_i | c_{i-1})), with m tokens in all prompts and the
    sampled code in c (the paper's multi-turn perplexity; with one step it is the single-turn one).
    `pieces` is the row's "prompts_completions"; a task of one step needs none.
    """
    if pieces is None:
        return [(task.prefix, task.steps[0])]
    return [("".join(pieces[: 2 * turn + 1]), step) for turn, step in enumerate(task.steps)]


def prompt_rows(
    engine: Engine,
    tasks: Iterable[Task],
    pieces_of: Callable[[Task], Sequence[str] | None],
    should_stop: Callable[[], bool] = never,
) -> Iterator[Row | None]:
    """Yield the row of each task's prompts; None where they outgrow the context.

    Raises:
        Interrupted: `should_stop` said so.
    """
    for task in tasks:
        prompts = conditioned_prompts(task, pieces_of(task))
        spans = [joint_span(engine.vocabulary, before, text) for before, text in prompts]
        try:
            yield perplexity_row(task, likelihood(engine, spans, should_stop))
        except ContextFull:
            yield None


def perplexity_row(task: Task, found: Likelihood) -> Row:
    """Return the row of one problem or case."""
    where = {"task_id": task.problem} if task.benchmark == "humaneval" else {"id": task.problem}
    return {
        **where,
        "case": task.case,
        "turns": len(task.steps),
        "tokens": found.tokens,
        "nll": found.nll,
        "perplexity": found.perplexity if found.tokens else None,
    }
