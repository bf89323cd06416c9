"""What counts as the same behaviour, and the order of candidates that were run."""

from __future__ import annotations

import pytest
from scripted import run

from codegen_cli.engine.records import Completion
from codegen_cli.program import Turn
from codegen_cli.sandbox import Execution, Variable
from codegen_cli.synthesis.behaviour import behaviour, rank_by_execution
from codegen_cli.synthesis.candidates import Candidate
from codegen_cli.synthesis.shape import definitions, parse, shape
from codegen_cli.synthesis.turn import TurnResult


def candidate(code: str, logprob: float, votes: int = 1) -> Candidate:
    completion = Completion(code, "", "stop", None, (1,), (logprob,), 1, 0, 0.1, 0.1)
    return Candidate(TurnResult(Turn("a", code), completion, 0), parse(code) is not None, votes)


def ranked(*candidates: Candidate) -> list[tuple[str, int]]:
    sources = [c.result.turn.code for c in candidates]
    found = rank_by_execution(candidates, sources, [run(source) for source in sources])
    assert all(c.execution is not None for c in found)
    return [(c.result.turn.code, c.group) for c in found]


def test_the_larger_group_comes_before_the_likelier_answer() -> None:
    assert ranked(
        candidate("x = 3", -0.1), candidate("x = 1 + 1", -0.9), candidate("x = 2", -0.5)
    ) == [("x = 2", 1), ("x = 1 + 1", 1), ("x = 3", 2)]


def test_an_answer_that_was_written_twice_has_two_votes() -> None:
    assert ranked(candidate("x = 3", -0.1), candidate("x = 2", -0.5, votes=2))[0] == ("x = 2", 1)


def test_between_groups_of_one_size_the_likelier_wins() -> None:
    assert ranked(candidate("x = 3", -0.5), candidate("x = 2", -0.1))[0] == ("x = 2", 1)


def test_failing_then_broken_then_empty_answers_come_last_however_likely() -> None:
    assert ranked(
        candidate("", -0.0),
        candidate("x = (", -0.1),
        candidate("x = 1 / 0", -0.2),
        candidate("exit()", -0.3),
        candidate("x = 5", -9.0),
    ) == [("x = 5", 1), ("x = 1 / 0", 0), ("exit()", 0), ("x = (", 0), ("", 0)]


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("x = 2", "x = 1 + 1", True),
        ("x = 2\ny = 3", "y = 3\nx = 2", True),
        ("x = 2", "x = 2.0", False),
        ("x = 2", "y = 2", False),
        ("print(2)", "print('2')", True),
        ("print(2)", "print(3)", False),
        ("def f(n):\n    return n", "def f(n):\n    return -n", False),
        ("def f(n):\n    return n", 'def f(n):\n    """Same."""\n    return n', True),
        ("f = lambda n: n", "f = lambda n: -n", False),
        ("x = sorted([2, 1], key=lambda n: n)", "x = sorted([2, 1])", True),
        ("class A:\n    b = 1", "class A:\n    b = 2", False),
    ],
)
def test_programs_behave_alike(one: str, other: str, same: bool) -> None:
    assert (behaviour(one, run(one)) == behaviour(other, run(other))) is same


def test_the_place_of_an_object_in_memory_is_no_behaviour() -> None:
    here, there = (
        Execution(
            "ok", f"<A object at {where}>", variables=(Variable("a", "A", f"<A at {where}>"),)
        )
        for where in ("0x7f01", "0x7f02")
    )
    assert behaviour("", here) == behaviour("", there)


def test_code_that_is_nested_too_deeply_to_compare_is_compared_as_text() -> None:
    deep = "f = lambda: " + "1 + " * 2000 + "1"
    assert shape(f"{deep}\n") == deep
    assert definitions(f"{deep}\n") in ((deep,), ())


def test_a_docstring_alone_leaves_a_body() -> None:
    (one,), (other,) = definitions('def f():\n    "a"'), definitions("def f():\n    pass")
    assert one == other
