"""Scoring HumanEval samples: what is asked of the sandbox, what is made of its verdicts."""

from __future__ import annotations

import pytest
from fakesandbox import FakeSandbox

from codegen_cli.errors import CheckFailed, Interrupted, UsageError
from codegen_cli.evaluation.humaneval.problem import HumanEvalProblem, Inputs
from codegen_cli.evaluation.score import HumanEvalSample, score_humaneval
from codegen_cli.sandbox import Check, Script, Verdict


def problem(name: str, inputs: Inputs | None = None) -> HumanEvalProblem:
    return HumanEvalProblem(name, f"def {name}():\n", name, "…", "    return 'good'\n", inputs)


PROBLEMS = [problem("a"), problem("b")]


def verdict(job: Script | Check) -> Verdict:
    """Pass programs that say good, and time out those that say slow."""
    assert isinstance(job, Check)
    if "slow" in job.program:
        return Verdict(False, "timed out", 3.0)
    good = "good" in job.program
    return Verdict(good, "passed" if good else "failed: ", 0.25)


def samples(text: str, temperature: float | None = None) -> list[HumanEvalSample]:
    """Read "a+ b-": a good sample of a, a bad one of b."""
    words = {"+": "    return 'good'\n", "-": "    return 'bad'\n", "~": "slow"}
    return [
        HumanEvalSample(
            name, words[sign], temperature=temperature, row={"task_id": name, "seed": number}
        )
        for number, (name, sign) in enumerate(text.split())
    ]


def test_pass_at_k_by_temperature_and_the_best_of_each() -> None:
    cold, hot = samples("a+ a+ b- b-", 0.2), samples("a+ a- b+ b-", 0.8)
    score = score_humaneval(PROBLEMS, hot + cold, FakeSandbox(verdict), (1, 2, 3))
    assert score.at(0.2) == {1: 0.5, 2: 0.5} and score.at(0.8) == {1: 0.5, 2: 1.0}
    # The lowest temperature wins a tie.
    assert score.best() == {1: (0.5, 0.2), 2: (1.0, 0.8)} and score.omitted == (3,)
    summary = score.to_json()
    assert summary["pass_at_k"] == {"1": 0.5, "2": 1.0}
    assert summary["best_temperature"] == {"1": 0.2, "2": 0.8}
    by_temperature = summary["by_temperature"]
    assert by_temperature["0.2"] == {"pass_at_k": {"1": 0.5, "2": 0.5}, "passed": 2, "total": 4}
    assert (summary["passed"], summary["total"]) == (4, 8)
    assert summary["problems"] == [
        {"task_id": "a", "passed": 3, "total": 4},
        {"task_id": "b", "passed": 1, "total": 4},
    ]


def test_rows_come_back_in_their_order_with_results() -> None:
    score = score_humaneval(PROBLEMS, samples("b~ a+ b-"), FakeSandbox(verdict))
    assert list(score.rows()) == [
        {"task_id": "b", "seed": 0, "result": "timed out", "passed": False, "cpu_seconds": 3.0},
        {"task_id": "a", "seed": 1, "result": "passed", "passed": True, "cpu_seconds": 0.25},
        {"task_id": "b", "seed": 2, "result": "failed: ", "passed": False, "cpu_seconds": 0.25},
    ]
    assert score.to_json()["by_temperature"] == {}


def test_nothing_is_scored_when_a_canonical_solution_fails() -> None:
    wrong = HumanEvalProblem("c", "def c():\n", "c", "…", "    return 'bad'\n")
    sandbox = FakeSandbox(verdict)
    with pytest.raises(CheckFailed, match="1 of 3 canonical solutions do not pass: c failed: "):
        score_humaneval([*PROBLEMS, wrong], samples("a+ b+ c+"), sandbox)
    assert len(sandbox.jobs) == 3


def test_a_problem_without_a_canonical_solution_is_scored_all_the_same() -> None:
    bare = HumanEvalProblem("a", "def a():\n", "a", "…")
    sandbox = FakeSandbox(verdict)
    assert score_humaneval([bare], samples("a+"), sandbox).outcomes[0].passed
    assert len(sandbox.jobs) == 1


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a+ x+", "no problem has the task_id 'x'"),
        ("b+", "1 of 2 problems have no sample: a"),
        ("", "no samples"),
    ],
)
def test_samples_that_do_not_fit_the_problems(text: str, message: str) -> None:
    sandbox = FakeSandbox(verdict)
    with pytest.raises(UsageError, match=message):
        score_humaneval(PROBLEMS, samples(text), sandbox)
    assert sandbox.jobs == []


def test_every_temperature_needs_every_problem_unless_that_is_wished() -> None:
    given = samples("a+ b-", 0.2) + samples("a+", 0.6)
    with pytest.raises(UsageError, match=r"1 of 2 problems have no sample at temperature 0\.6: b"):
        score_humaneval(PROBLEMS, given, FakeSandbox(verdict))
    score = score_humaneval(PROBLEMS, given, FakeSandbox(verdict), incomplete=True)
    assert score.at(0.2)[1] == 0.5 and score.at(0.6)[1] == 1.0
    part = score_humaneval(PROBLEMS, samples("b+"), FakeSandbox(verdict), incomplete=True)
    assert [p.task_id for p in part.problems] == ["b"] and part.at(None) == {1: 1.0}


def test_ctrl_c_ends_scoring() -> None:
    pressed: list[int] = []

    def progress(done: int, _total: int) -> None:
        pressed.append(done)

    with pytest.raises(Interrupted, match="after 1 of 3 executions"):
        score_humaneval(
            PROBLEMS,
            samples("a+ a+ b+"),
            FakeSandbox(verdict),
            (1,),
            lambda: bool(pressed),
            progress,
        )


def test_evalplus_inputs_count_only_with_the_base_ones() -> None:
    inputs = Inputs(base=([1],), plus=([2], [3]), atol=0.0)

    def answer(job: Script | Check) -> Verdict:
        assert isinstance(job, Check)
        # The base inputs fail "late", the further ones "early" and "late".
        base = "[[1]]" in job.test
        ok = "good" in job.program or ("early" in job.program and base)
        return Verdict(ok, "passed" if ok else "failed: ", 2.0 if base else 8.0)

    given = [
        HumanEvalSample("a", f"    return '{word}'\n", row={"task_id": "a"})
        for word in ("good", "early", "late")
    ]
    sandbox = FakeSandbox(answer)
    score = score_humaneval([problem("a", inputs)], given, sandbox, (1, 3))
    assert [(o.passed, o.plus_passed) for o in score.outcomes] == [
        (True, True),
        (True, False),
        (False, False),
    ]
    summary = score.to_json()
    assert summary["passed"] == 2 and summary["plus"]["passed"] == 1
    assert summary["plus"]["pass_at_k"]["1"] == pytest.approx(1 / 3)
    assert summary["problems"] == [{"task_id": "a", "passed": 2, "total": 3, "plus_passed": 1}]
    assert next(score.rows())["plus_result"] == "passed"
    # Limits follow what the canonical solution took: 4 s + 4 × 2 s, 4 s + 4 × 8 s.
    later = [job.limits.cpu_seconds for job in sandbox.jobs[2:4]]
    assert sorted(later) == [12.0, 36.0]
