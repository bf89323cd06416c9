"""Perplexity of prompts: of the problems that a run solved, and of those that it did not."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from codegen_cli.evaluation.prompt_study import prompt_study
from codegen_cli.evaluation.report.run import PromptScore, Run
from codegen_cli.evaluation.significance import Test
from codegen_cli.evaluation.statistics import Mean, mean


@dataclass(frozen=True, slots=True)
class Perplexity:
    """Means over problems; a problem is solved when at least one of its samples passes.

    `solved` or `unsolved` is None where there is no such problem, `test` where a group has fewer
    than two. `auroc` is how often a solved problem has the lower perplexity of two. `unscored`
    counts problems with a perplexity whose samples are not scored.
    """

    run: int
    overall: Mean
    solved: Mean | None
    unsolved: Mean | None
    test: Test | None
    auroc: float | None
    unscored: int


def perplexity(number: int, run: Run) -> Perplexity | None:
    """Return the perplexities of a run, or None where it has none.

    Source: arXiv 2203.13474, Table 2.
    """
    means = by_problem(run.prompts)
    if not means:
        return None
    solved: dict[str, bool] = {}
    for problems in run.tallies.values():
        for name, tally in problems.items():
            solved[name] = solved.get(name, False) or tally.passed > 0
    study = prompt_study(means, solved)
    return Perplexity(
        run=number,
        overall=study.overall,
        solved=study.solved,
        unsolved=study.unsolved,
        test=study.test,
        auroc=study.auroc,
        unscored=sum(name not in solved for name in means),
    )


def by_problem(prompts: Iterable[PromptScore]) -> dict[str, float]:
    """Return the perplexity of each problem's prompt; several cases count as their mean."""
    seen: dict[str, list[float]] = {}
    for prompt in prompts:
        seen.setdefault(prompt.problem, []).append(prompt.perplexity)
    return {name: mean(values).value for name, values in seen.items()}
