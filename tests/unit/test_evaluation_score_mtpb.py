"""Scoring MTPB samples: what is run, what passes in which mode, and why the modes differ."""

from __future__ import annotations

from typing import Any

import pytest
from fakesandbox import FakeSandbox

from codegen_cli.errors import Interrupted, UsageError
from codegen_cli.evaluation.mtpb.known_bad import KNOWN_BAD, known_bad
from codegen_cli.evaluation.score import MtpbSample, score_mtpb
from codegen_cli.program import Problem
from codegen_cli.sandbox import Check, Execution, Script

PROBLEMS = [
    Problem("1", ("p", "q"), ({"A": 1}, {"A": 2}), (3, 4), "one", "math"),
    Problem("2", ("p", "q", "r"), ({"A": 1},), (["a"], "surplus"), "two", "string"),
]


def execution(job: Script | Check) -> Execution:
    """Answer with what the program says, as a call of Execution's constructor."""
    assert isinstance(job, Script) and job.prints
    line = job.source.splitlines()[0].removeprefix("# ")
    return eval(line, {"E": Execution})  # noqa: S307


def sample(case: int, answer: str, id: str = "1", **more: Any) -> MtpbSample:
    return MtpbSample(id, case, f"# {answer}\nprint(1)", row={"id": id, "case": case}, **more)


def ok(value: Any) -> str:
    return f'E("ok", last_print={value!r}, printed=True)'


GOOD = [sample(0, ok(3)), sample(1, ok(4)), sample(0, ok(["a"]), "2")]


def test_rates_by_category_turns_and_case() -> None:
    given = [*GOOD, sample(1, ok(5), context_overflow=True)]
    score = score_mtpb(PROBLEMS, given, FakeSandbox(execution), "strict", "multi")
    summary = score.to_json()
    assert (summary["mode"], summary["turns"], summary["pass_rate"]) == ("strict", "multi", 0.75)
    assert (summary["passed"], summary["total"], summary["context_overflows"]) == (3, 4, 1)
    assert summary["by_category"] == {
        "math": {"passed": 2, "total": 3},
        "string": {"passed": 1, "total": 1},
    }
    assert summary["by_turns"] == {
        "2": {"passed": 2, "total": 3},
        "3": {"passed": 1, "total": 1},
    }
    assert summary["problems"][0] == {
        "id": "1",
        "name": "one",
        "category": "math",
        "turns": 2,
        "passed": 2,
        "total": 3,
        "cases": [{"case": 0, "passed": 1, "total": 1}, {"case": 1, "passed": 1, "total": 2}],
    }
    assert list(score.rows())[3] == {
        "id": "1",
        "case": 1,
        "result": "failed: printed 5, expected 4",
        "passed": False,
    }


@pytest.mark.parametrize(
    ("answer", "reference", "strict", "result"),
    [
        ('E("ok", last_print=3, printed=True)', True, True, "passed"),
        ('E("ok", last_print=None)', False, False, "failed: nothing was printed"),
        (
            'E("exception", error="ZeroDivisionError: z", last_print=3, printed=True)',
            1,
            0,
            "passed",
        ),
        ('E("exception", error="ValueError: v")', 0, 0, "failed: ValueError: v"),
        ('E("cpu", last_print=3, printed=True)', 1, 0, "passed"),
        ('E("wall", last_print=4, printed=True)', 0, 0, "timed out"),
        ('E("memory", last_print=3, printed=True)', 1, 0, "passed"),
        ('E("output", last_print=3, printed=True)', 1, 0, "passed"),
        ('E("exit", last_print=3, printed=True)', 0, 0, "failed: it left before its end"),
        ('E("killed", last_print=3, printed=True)', 0, 0, "failed: killed by a signal"),
        ('E("exception", error="KeyboardInterrupt", last_print=3, printed=True)', 0, 0, "failed"),
    ],
)
def test_how_a_program_may_end(answer: str, reference: int, strict: int, result: str) -> None:
    given = [sample(0, answer), *GOOD[1:]]
    score = score_mtpb(PROBLEMS, given, FakeSandbox(execution), "both")
    first = score.outcomes[0]
    assert first.strict is not None
    assert (first.passed, first.strict.passed) == (bool(reference), bool(strict))
    assert first.judgement.result.startswith(result)


class Rewriting:
    """Answer for the rewritten program and for the one as it is, by how they end."""

    def __init__(self, reference: str, strict: str) -> None:
        self._answers = {"reference": reference, "strict": strict}

    def __call__(self, job: Script | Check) -> Execution:
        assert isinstance(job, Script)
        rewritten = "print(" in job.source and "lambda" not in job.source
        answer = self._answers["reference" if rewritten else "strict"]
        return eval(answer, {"E": Execution})  # noqa: S307


@pytest.mark.parametrize(
    ("program", "reference", "strict", "reason"),
    [
        # x = 5 becomes x = print(5).
        ("x = 3", ok(3), 'E("ok")', "print rewritten"),
        # f() prints 3 itself, and print(f()) then prints None.
        ("f()", ok(None), ok(3), "print rewritten"),
        # x += 3 becomes x += print(3), which raises.
        (
            "x += 3",
            'E("exception", error="TypeError: t", last_print=3, printed=True)',
            'E("ok")',
            "print rewritten",
        ),
        ("g()", ok(3), ok(4), "not reproducible"),
        ("h()", ok(3.7), ok(3.7), "comparison"),
        (
            "k()",
            'E("exception", error="ValueError: v", last_print=3, printed=True)',
            'E("exception", error="ValueError: v", last_print=3, printed=True)',
            "exception after the print",
        ),
        (
            "m()",
            'E("cpu", last_print=3, printed=True)',
            'E("wall", last_print=3, printed=True)',
            "time-out ignored",
        ),
        (
            "n()",
            'E("memory", last_print=3, printed=True)',
            'E("memory", last_print=3, printed=True)',
            "memory or output limit ignored",
        ),
    ],
)
def test_every_difference_has_a_reason(
    program: str, reference: str, strict: str, reason: str
) -> None:
    given = [MtpbSample("3", 0, program, row={})]
    problem = Problem("3", ("p",), ({},), (3,))
    score = score_mtpb([problem], given, FakeSandbox(Rewriting(reference, strict)), "both")
    (outcome,) = score.outcomes
    assert outcome.strict is not None and outcome.strict.passed != outcome.passed
    side = "reference_only" if outcome.passed else "strict_only"
    other = "strict_only" if outcome.passed else "reference_only"
    assert score.differences() == {reason: {side: 1, other: 0}}
    assert outcome.row()["difference"] == reason
    assert score.to_json()["differences"] == score.differences()


def test_a_program_that_both_modes_leave_alone_runs_once() -> None:
    sandbox = FakeSandbox(execution)
    score_mtpb(PROBLEMS, GOOD, sandbox, "both")
    assert len(sandbox.jobs) == 3


def test_expected_outputs_never_enter_the_sandbox() -> None:
    problem = Problem("9", ("p",), ({},), ("the secret",))
    sandbox = FakeSandbox(lambda job: Execution("ok", last_print="the secret", printed=True))
    score = score_mtpb([problem], [MtpbSample("9", 0, "print(x)")], sandbox, "both")
    assert score.passed == 1 and "secret" not in repr(sandbox.jobs)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([*GOOD, sample(0, ok(1), "9")], "no problem '9' with a case 0"),
        ([*GOOD, sample(1, ok(1), "2")], "no problem '2' with a case 1"),
        (GOOD[1:], r"1 of 3 cases have no sample: 1#0"),
        ([], "no samples"),
    ],
)
def test_samples_that_do_not_fit_the_problems(given: list[MtpbSample], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        score_mtpb(PROBLEMS, given, FakeSandbox(execution))


def test_problems_without_expected_outputs_are_refused() -> None:
    with pytest.raises(UsageError, match='problem 5 has no "outputs"'):
        score_mtpb([Problem("5", ("p",), ({},))], GOOD, FakeSandbox(execution))


def test_a_part_is_scored_only_when_that_is_wished() -> None:
    score = score_mtpb(PROBLEMS, GOOD[1:2], FakeSandbox(execution), incomplete=True)
    assert score.pass_rate == 1.0 and [p.id for p in score.problems] == ["1"]


def test_ctrl_c_ends_scoring() -> None:
    with pytest.raises(Interrupted):
        score_mtpb(PROBLEMS, GOOD, FakeSandbox(execution), should_stop=lambda: True)


def test_known_bad_cases_are_those_of_the_published_problems() -> None:
    assert sum(len(bad.cases) for bad in KNOWN_BAD if bad.kind != "doubtful") == 575 - 547
    inputs: tuple[dict[str, object], ...] = ({},) * 5
    mine = Problem("31", ("p",), inputs, (0,) * 5, name="Mine")
    theirs = Problem("31", ("p",), inputs, (0,) * 5, name="Max edge triangle")
    assert known_bad([mine]) == {}
    assert list(known_bad([theirs])) == [("31", 0)]
