"""What of the steps tells whether a program will pass? Each candidate's AUROC on held-out problems.

python -m benchmarks.heldout --count 200 --seed 78 > other.jsonl
python -m benchmarks.clarity_features other.jsonl

Nothing is fitted here, so every program counts. Features are read as a chat reads a step: after the
program that the model wrote before it. A feature above 0.5 is lower for programs that pass.
"""

from __future__ import annotations

import argparse
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from codegen_cli.engine.base import Engine
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.span import joint_span
from codegen_cli.evaluation.benchmark_data import load_mtpb
from codegen_cli.evaluation.clarity.observe import write_and_run
from codegen_cli.evaluation.perplexity import conditioned_prompts
from codegen_cli.evaluation.plan import Draw
from codegen_cli.evaluation.significance import auroc
from codegen_cli.registry.find import find_model
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.sandbox import Sandbox
from codegen_cli.settings import EVALUATION_CACHE, EngineSettings
from codegen_cli.synthesis.calibrations import load_calibration
from codegen_cli.synthesis.clarity import GRADES, Calibration

_RESAMPLES = 1000
_SEED = 20220325

#: A number, or text in quotes.
_VALUE = re.compile(r"-?\d[\d.]*|\"[^\"]*\"|'[^']*'")


@dataclass(frozen=True, slots=True)
class Step:
    """The natural log-probabilities of a step's tokens, all of them and without its values."""

    logprobs: tuple[float, ...]
    words: tuple[float, ...]

    @property
    def perplexity(self) -> float:
        return _perplexity(self.logprobs)


@dataclass(frozen=True, slots=True)
class Program:
    """A program: its problem, its steps as the model read them, and whether it passed."""

    problem: str
    steps: tuple[Step, ...]
    passed: bool


_FEATURES: dict[str, Callable[[Sequence[Step]], float]] = {
    "the vaguest step": lambda steps: max(s.perplexity for s in steps),
    "the vaguest step, values left out": lambda steps: max(_perplexity(s.words) for s in steps),
    "the vaguest step but the first": lambda steps: max(s.perplexity for s in steps[1:]),
    "the first step": lambda steps: steps[0].perplexity,
    "the last step": lambda steps: steps[-1].perplexity,
    "all steps together": lambda steps: _perplexity([x for s in steps for x in s.logprobs]),
    "the mean of the steps": lambda steps: _mean([s.perplexity for s in steps]),
    "the most surprising step (sum)": lambda steps: max(-sum(s.logprobs) for s in steps),
    "tokens of all steps": lambda steps: sum(len(s.logprobs) for s in steps),
    "number of steps": lambda steps: len(steps),
}


def main() -> None:
    """Print a table of features, and one of the grades by the place of the step."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("data", type=Path)
    parser.add_argument("--model", default="nano")
    options = parser.parse_args()
    path = find_model(options.model)
    problems, _ = load_mtpb(options.data)
    draw = Draw(1, (0.2,), 0.95, 42)
    settings = EngineSettings(kv_tokens=EVALUATION_CACHE)
    with LlamaEngine(path, settings) as engine, Sandbox() as sandbox:
        drawn = write_and_run(engine, sandbox, problems, draw, lambda *_: None)
        programs = [
            Program(task.problem, tuple(_steps(engine, conditioned_prompts(task, pieces))), passed)
            for task, row, passed in drawn
            if not row["context_overflow"] and (pieces := row["prompts_completions"])
        ]
    passed = sum(program.passed for program in programs)
    print(f"{passed} of {len(programs)} programs of {len(problems)} problems pass\n")
    _print_features([program for program in programs if len(program.steps) > 1])
    if calibration := load_calibration(model_sha256(path)):
        _print_grades(programs, calibration)


def _steps(engine: Engine, prompts: Sequence[tuple[str, str]]) -> Iterator[Step]:
    for before, text in prompts:
        span = joint_span(engine.vocabulary, before, text)
        (score,) = engine.score_tokens([span])
        values = [match.span() for match in _VALUE.finditer(text)]
        words, at = [], 0
        for token, logprob in zip(span[1], score.logprobs, strict=True):
            end = at + len(engine.vocabulary.piece(token).decode(errors="replace"))
            if not any(start < end and at < stop for start, stop in values):
                words.append(logprob)
            at = end
        yield Step(tuple(score.logprobs), tuple(words))


def _print_features(programs: Sequence[Program]) -> None:
    print("| feature | AUROC | 95 % |\n|---|---|---|")
    for name, feature in _FEATURES.items():
        seen = [(program.problem, feature(program.steps), program.passed) for program in programs]
        low, high = _interval(seen)
        print(f"| {name} | {_area(seen):.3f} | {low:.3f}…{high:.3f} |")
    single = [(p.problem, step.perplexity, p.passed) for p in programs for step in p.steps]
    low, high = _interval(single)
    print(f"| each step by itself | {_area(single):.3f} | {low:.3f}…{high:.3f} |")


def _print_grades(programs: Sequence[Program], calibration: Calibration) -> None:
    """Print how often steps at each place get each grade, and how their programs fare."""
    most = max(len(program.steps) for program in programs)
    print("\n| step | " + " | ".join(GRADES) + " |\n" + "|---" * (1 + len(GRADES)) + "|")
    for place in range(most):
        cells = []
        here = [p for p in programs if len(p.steps) > place]
        for grade in GRADES:
            of = [p for p in here if calibration.grade(p.steps[place].perplexity) == grade]
            rate = f", {sum(p.passed for p in of) / len(of):.0%} pass" if of else ""
            cells.append(f"{len(of) / len(here):.0%}{rate}")
        print(f"| {place + 1} ({len(here)}) | " + " | ".join(cells) + " |")


def _interval(seen: Sequence[tuple[str, float, bool]]) -> tuple[float, float]:
    """Return the 95 % percentile interval; problems are drawn again, not programs."""
    by_problem: dict[str, list[tuple[str, float, bool]]] = {}
    for one in seen:
        by_problem.setdefault(one[0], []).append(one)
    groups, random = list(by_problem.values()), Random(_SEED)
    areas = sorted(
        _area([one for group in random.choices(groups, k=len(groups)) for one in group])
        for _ in range(_RESAMPLES)
    )
    return areas[int(0.025 * _RESAMPLES)], areas[-1 - int(0.025 * _RESAMPLES)]


def _area(seen: Sequence[tuple[str, float, bool]]) -> float:
    passed = [value for _, value, ok in seen if ok]
    area = auroc(passed, [value for _, value, ok in seen if not ok])
    return math.nan if area is None else area


def _perplexity(logprobs: Sequence[float]) -> float:
    return math.exp(-_mean(logprobs)) if logprobs else 1.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


if __name__ == "__main__":
    main()
