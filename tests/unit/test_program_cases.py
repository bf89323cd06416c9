"""Cases of a program: how they are typed, put in its source, and written as a benchmark problem."""

from __future__ import annotations

import json

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.program.cases import Case, bind, parse_case, to_jsonl
from codegen_cli.program.problem import parse_jsonl, steps_for

FIRST = Case({"A": [4, 8], "s": "ü"}, 12)


@pytest.mark.parametrize(
    ("text", "case"),
    [
        ("A=[1, 2], B=3 -> 6", Case({"A": [1, 2], "B": 3}, 6)),
        ('s="a -> b" -> "b -> a"', Case({"s": "a -> b"}, "b -> a")),
        ("A=1 → yes it is", Case({"A": 1}, "yes it is")),
        ("-> 66", Case({}, 66)),
    ],
)
def test_parse(text: str, case: Case) -> None:
    assert parse_case(text) == case


@pytest.mark.parametrize("text", ["", "A=1", "A -> 1", "A=open('x') -> 1", "A=1 ->", "1 -> 1"])
def test_what_is_no_case_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        parse_case(text)


def test_the_first_assignment_of_a_name_gets_the_value() -> None:
    source = 's = "é"\nA = [\n  1,\n]\nA = A + [2]\nprint(A)\n'
    other = Case({"A": [9], "s": "z"}, 0)
    assert bind(source, FIRST, other) == "s = 'z'\nA = [9]\nA = A + [2]\nprint(A)\n"


def test_else_the_literals_of_the_first_case_are_replaced() -> None:
    source = "é = 'ü'\nvalues = [4, 8]\nprint(sum([4, 8]), [4, 8, 15], [[4, 8]])\n"
    other = Case({"A": [9], "s": "z"}, 0)
    assert bind(source, FIRST, other) == (
        "é = 'z'\nvalues = [9]\nprint(sum([9]), [4, 8, 15], [[9]])\n"
    )


def test_a_form_feed_is_no_line_end() -> None:
    assert bind("x = 1\f\r\nA = 2\n", FIRST, Case({"A": 3}, 0)) == "x = 1\f\nA = 3\n"


def test_true_is_not_one() -> None:
    with pytest.raises(UsageError, match="does not use the input n"):
        bind("x = True\n", Case({"n": 1}, 0), Case({"n": 2}, 0))


def test_a_program_that_does_not_parse_is_refused() -> None:
    with pytest.raises(UsageError, match="does not parse"):
        bind("x = (", FIRST, FIRST)


def test_a_record_reads_back_as_the_same_steps() -> None:
    steps = ["Assign [4, 8] to v.", "Print {v} for 'ü' and [4, 8]."]
    cases = [FIRST, Case({"A": [1], "s": "b"}, 1)]
    (problem,) = parse_jsonl(to_jsonl(steps, cases, "sum"))
    assert steps_for(problem, 0) == steps
    assert steps_for(problem, 1) == ["Assign [1] to v.", "Print {v} for 'b' and [1]."]
    assert json.loads(to_jsonl(steps, cases, "sum"))["outputs"] == [12, 1]


def test_a_value_that_json_lacks_is_refused() -> None:
    with pytest.raises(UsageError, match="cannot be JSON"):
        to_jsonl([], [Case({"A": 1j}, 0)], "x")
