"""How surprising prompts are: perplexity as the paper takes it (arXiv 2203.13474, section 4)."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from codegen_cli.engine.base import Engine, never
from codegen_cli.engine.span import TextSpan, joint_span
from codegen_cli.evaluation.task import Row, Task

#: Programs scored together: enough to fill a batch; each looks at the cells of all of them.
_TOGETHER = 8


@dataclass(frozen=True, slots=True)
class Likelihood:
    """Tokens scored, and the sum of their negative log-probabilities (nats)."""

    tokens: int = 0
    nll: float = 0.0

    @property
    def perplexity(self) -> float:
        """Return exp of the mean a token; NaN without tokens, infinity beyond floats."""
        if not self.tokens:
            return math.nan
        try:
            return math.exp(self.nll / self.tokens)
        except OverflowError:
            return math.inf

    def to_json(self) -> dict[str, float | None]:
        """Return its figures; JSON has no NaN and no infinity."""
        value = self.perplexity
        finite = value if math.isfinite(value) else None
        return {"tokens": self.tokens, "nll": self.nll, "perplexity": finite}


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
    source = iter(tasks)
    while group := list(islice(source, _TOGETHER)):
        spans = [_spans(engine, conditioned_prompts(task, pieces_of(task))) for task in group]
        for task, found in zip(group, _likelihoods(engine, spans, should_stop), strict=True):
            yield perplexity_row(task, found) if found.tokens else None


def _spans(engine: Engine, prompts: list[tuple[str, str]]) -> list[TextSpan]:
    """Return the tokens of a task's prompts, nothing where one of them does not fit."""
    spans = [joint_span(engine.vocabulary, before, text) for before, text in prompts]
    fits = all(len(before) + len(tokens) <= engine.n_ctx for before, tokens in spans)
    return spans if fits else []


def _likelihoods(
    engine: Engine, tasks: list[list[TextSpan]], should_stop: Callable[[], bool]
) -> list[Likelihood]:
    """Score the spans of tasks, a turn of all of them at a time: each goes on where it was."""
    logprobs: list[list[float]] = [[] for _ in tasks]
    for turn in range(max(map(len, tasks))):
        there = [number for number, spans in enumerate(tasks) if turn < len(spans)]
        scores = engine.score_tokens([tasks[number][turn] for number in there], should_stop)
        for number, score in zip(there, scores, strict=True):
            logprobs[number] += score.logprobs
    return [Likelihood(len(values), -math.fsum(values)) for values in logprobs]


def perplexity_row(task: Task, found: Likelihood) -> Row:
    """Return the row of one problem or case."""
    where = {"task_id": task.problem} if task.benchmark == "humaneval" else {"id": task.problem}
    return {
        **where,
        "case": task.case,
        "turns": len(task.steps),
        **found.to_json(),
    }
