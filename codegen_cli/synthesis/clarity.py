"""Is a step clear to a model? Its perplexity after the program, graded by what became of others.

The paper found that problems with likelier prompts are solved more often (arXiv 2203.13474,
section 4.2). How likely is likely enough differs from model to model, so the bounds are fitted.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from codegen_cli.engine.base import Engine, never
from codegen_cli.engine.span import joint_span
from codegen_cli.program import wrap
from codegen_cli.program.split import split_step

Grade = Literal["clear", "fair", "vague"]
GRADES: tuple[Grade, ...] = ("clear", "fair", "vague")

#: A perplexity that ranks programs no better than this is not worth a word.
LEAST_AUROC = 0.6


@dataclass(frozen=True, slots=True)
class Counts:
    """Programs whose vaguest step had a grade, and how many of them passed."""

    programs: int
    passed: int


@dataclass(frozen=True, slots=True)
class Calibration:
    """What perplexities mean to one model: bounds, and how well they told on other problems.

    A step is clear up to `clear`, vague above `vague`. `auroc` is how often, of two programs of the
    test half, the one that passed had the lower perplexity in its vaguest step, with its 95 %
    bootstrap interval over problems. `fit` and `test` count the halves by grade.
    """

    clear: float
    vague: float
    auroc: float
    low: float
    high: float
    fit: tuple[Counts, ...]
    test: tuple[Counts, ...]
    problems: int

    @property
    def useful(self) -> bool:
        """Say whether a grade predicts success; otherwise none should be shown."""
        return self.auroc >= LEAST_AUROC and self.low > 0.5

    def grade(self, perplexity: float) -> Grade:
        """Return the grade of a step."""
        if perplexity <= self.clear:
            return "clear"
        return "vague" if perplexity > self.vague else "fair"


@dataclass(frozen=True, slots=True)
class Reading:
    """How a step reads to the model: perplexity, grade, and steps that could take its place."""

    perplexity: float
    grade: Grade
    parts: tuple[str, ...] = ()

    def __str__(self) -> str:
        digits = ".0f" if self.perplexity >= 100 else ".3g"
        said = f"the step is {self.grade} to the model (perplexity {self.perplexity:{digits}})"
        return f"{said}; /split makes {len(self.parts)} steps of it" if self.parts else said


def read_step(
    engine: Engine,
    prompt: str,
    step: str,
    calibration: Calibration,
    should_stop: Callable[[], bool] = never,
) -> Reading:
    """Grade a step whose comment ends a prompt; a vague one comes with how it could be split.

    The cache keeps what is evaluated here: the answer to the prompt goes on from it.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: the prompt does not fit.
    """
    header = wrap(step)
    value = step_perplexity(engine, prompt.removesuffix(header), header, should_stop)
    grade = calibration.grade(value)
    parts = split_step(step) if grade == "vague" else ()
    return Reading(value, grade, parts if len(parts) > 1 else ())


def step_perplexity(
    engine: Engine, before: str, header: str, should_stop: Callable[[], bool] = never
) -> float:
    """Return the perplexity of a step's comment after the program before it.

    Raises:
        Interrupted: `should_stop` said so.
        ContextFull: both exceed the context.
    """
    (score,) = engine.score_tokens([joint_span(engine.vocabulary, before, header)], should_stop)
    return score.perplexity
