"""Are prompts that a model finds likely the ones that it solves? (arXiv 2203.13474, Table 2.)"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from codegen_cli.evaluation.significance import Test, auroc, welch
from codegen_cli.evaluation.statistics import Mean, mean


@dataclass(frozen=True, slots=True)
class PromptStudy:
    """Mean perplexities over problems; a problem is solved when one of its samples passes.

    `solved` or `unsolved` is None where there is no such problem, `test` where a group has fewer
    than two. `auroc` is how often a solved problem has the lower perplexity of two.
    """

    overall: Mean
    solved: Mean | None
    unsolved: Mean | None
    test: Test | None
    auroc: float | None

    def to_json(self) -> dict[str, Any]:
        """Return its part of a summary."""
        return {
            "overall": _mean_json(self.overall),
            "solved": _mean_json(self.solved),
            "unsolved": _mean_json(self.unsolved),
            "welch": None if self.test is None else _test_json(self.test),
            "auroc": self.auroc,
        }


def prompt_study(perplexities: Mapping[str, float], solved: Mapping[str, bool]) -> PromptStudy:
    """Compare the problems that were solved with the others; at least one has a perplexity."""
    passing = [value for name, value in perplexities.items() if solved.get(name) is True]
    others = [value for name, value in perplexities.items() if solved.get(name) is False]
    return PromptStudy(
        overall=mean(list(perplexities.values())),
        solved=mean(passing) if passing else None,
        unsolved=mean(others) if others else None,
        test=welch(passing, others),
        auroc=auroc(passing, others),
    )


def _mean_json(found: Mean | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {"value": found.value, "error": found.error, "problems": found.count}


def _test_json(test: Test) -> dict[str, float]:
    return {"difference": test.difference, "freedom": test.freedom, "p": test.p}
