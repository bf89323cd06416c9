"""What a person is told about a run."""

from __future__ import annotations

import pytest
from scripted import run

from codegen_cli.program import Program, Turn
from codegen_cli.sandbox import Execution, Variable
from codegen_cli.synthesis.outcome import annotation, changes, excerpt, failure, report

ONE, TWO = Variable("a", "int", "1"), Variable("a", "int", "2")


def text(execution: Execution, before: tuple[Variable, ...] | None = None) -> str:
    return "\n".join(line.plain for line in report(execution, before))


def test_a_failure_names_line_and_step() -> None:
    program = Program("import os\n\n").add(Turn("set x", "x = 0")).add(Turn("divide", "y = 1 / x"))
    told = failure(run(program.source), program)
    assert told == "ZeroDivisionError: division by zero in line 7 (step 2: 'divide')"
    assert failure(run("x = 1"), program) == ""


@pytest.mark.parametrize(
    ("execution", "told"),
    [
        (Execution("exception", error="NameError: x", error_line=1), "in line 1 (before step 1)"),
        (Execution("cpu", error="used up its CPU time"), "used up its CPU time"),
        (Execution("killed"), "killed"),
    ],
)
def test_a_failure_without_a_step_says_what_it_can(execution: Execution, told: str) -> None:
    assert failure(execution, Program("x\n\n").add(Turn("a", "b"))).endswith(told)


def test_a_report_shows_output_and_variables() -> None:
    shown = text(run("a = 1\nb = 'x'\nprint(a)\nprint(b)"))
    assert shown == "printed:\n  1\n  x\nvariables:\n  a: int = 1\n  b: str = 'x'"


def test_a_report_after_another_shows_what_changed() -> None:
    before = (ONE, Variable("b", "int", "1"), Variable("c", "int", "1"))
    after = Execution("ok", variables=(TWO, Variable("b", "int", "1"), Variable("d", "int", "9")))
    shown = text(after, before)
    assert shown == "printed nothing\nchanged variables:\n~ a: int = 2\n+ d: int = 9\n- c"
    assert text(after, after.variables) == "printed nothing\nno variable changed"


def test_a_program_that_failed_says_nothing_of_variables() -> None:
    assert text(Execution("exception", "x\n"), (ONE,)) == "printed:\n  x"


def test_warnings_of_a_program_are_shown_but_not_the_traceback_of_one_that_failed() -> None:
    assert (
        text(Execution("ok", stderr="careful\n")) == "printed nothing\nwrote to stderr:\n  careful"
    )
    assert text(Execution("exception", stderr="Traceback…\n")) == "printed nothing"


def test_output_is_shown_not_obeyed() -> None:
    assert text(Execution("ok", "\x1b[2J\r\n")) == "printed:\n  ␛[2J␍"


def test_long_output_keeps_its_beginning_and_end() -> None:
    assert excerpt("".join(f"{i}\n" for i in range(9)), 5) == [
        "0",
        "1",
        "… 5 more lines …",
        "7",
        "8",
    ]
    assert excerpt("a\n\nb\n", 3) == ["a", "", "b"]
    assert excerpt("", 3) == []


def test_a_value_of_several_lines_takes_one() -> None:
    assert annotation(Variable("z", "ndarray", "array([[1],\n       [2]])")) == (
        "z: ndarray = array([[1], [2]])"
    )
    assert annotation(Variable("f", "function", "f")) == "f: function"


def test_changes_of_nothing_are_none() -> None:
    assert changes((ONE,), (ONE,)) == []
