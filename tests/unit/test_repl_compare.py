"""Answers side by side: what differs is marked in text, and what each did is told."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from codegen_cli.console import THEME
from codegen_cli.engine.records import Completion
from codegen_cli.program import Turn
from codegen_cli.repl.compare import compared
from codegen_cli.sandbox import Execution, Variable
from codegen_cli.synthesis.candidates import Candidate
from codegen_cli.synthesis.turn import TurnResult

BEFORE = Execution("ok", "hello\n", variables=(Variable("values", "list", "[1, 2]"),))


def candidate(
    code: str, execution: Execution | None = None, group: int = 0, votes: int = 1
) -> Candidate:
    completion = Completion(code, "", "stop", None, (1,), (-0.1,), 1, 0, 0.1, 0.1)
    return Candidate(
        TurnResult(Turn("Sum.", code), completion, 0), "(:" not in code, votes, execution, group
    )


def total(value: int, printed: str = "") -> Execution:
    made = Variable("total", "int", str(value))
    return Execution("ok", "hello\n" + printed, variables=(*BEFORE.variables, made))


ANSWERS = [
    candidate("total = sum(values)", total(3), 1, votes=2),
    candidate("total = 0\nfor v in values:\n    total += v", total(3), 1),
    candidate("total = sum(values)\nprint(total)", total(3, "3\n"), 2),
    candidate("print(totla)", Execution("exception", error="NameError: totla", error_line=5)),
    candidate("def f(:", Execution("exception", error="SyntaxError")),
]


def shown(width: int, answers: list[Candidate] = ANSWERS) -> str:
    screen = Console(file=io.StringIO(), width=width, theme=THEME, color_system=None)
    screen.print(compared(answers, width, BEFORE))
    assert isinstance(screen.file, io.StringIO)
    return screen.file.getvalue()


def test_differing_lines_are_marked_without_colour() -> None:
    text = shown(40)
    assert "  total = sum(values)\n→ total: int = 3\n" in text
    assert "+ total = 0\n+ for v in values:\n+     total += v\n→ behaves as 1\n" in text
    assert "  total = sum(values)\n+ print(total)\n→ prints 3\n→ total: int = 3\n" in text


def test_a_line_that_is_too_long_goes_on_under_its_text() -> None:
    long = candidate(
        "for v in values:\n    total = total + v * v + 2 * v + 1",
        Execution("exception", error="ValueError: this is no number at all"),
    )
    narrow, wide = (shown(width, [candidate("total = 0"), long]) for width in (36, 75))
    assert [line.rstrip() for line in narrow.splitlines()][4:] == [
        "+     total = total + v * v + 2 * v",
        "      + 1",
        "→ fails: ValueError: this is no",
        "  number at all",
    ]
    column = wide.index("── 2")
    second = [line[column:].rstrip() for line in wide.splitlines()]
    assert second[2:4] == ["+     total = total + v * v + 2 * v +", "      1"]


def test_what_ran_before_is_not_told_again() -> None:
    assert "hello" not in shown(40)
    assert "values: list" not in shown(40)


def test_a_failure_names_its_line() -> None:
    text = shown(120)
    assert "→ does not parse" in text
    assert "→ fails: NameError: totla (line 5)\n" in shown(60)


@pytest.mark.parametrize(("width", "across"), [(40, 1), (70, 1), (71, 2), (108, 3), (300, 5)])
def test_columns_need_room(width: int, across: int) -> None:
    first = next(line for line in shown(width).splitlines() if "──" in line)
    assert first.count("──") == across
    assert all(len(line) <= width for line in shown(width).splitlines())


def test_escapes_of_the_model_are_shown() -> None:
    screen = Console(file=io.StringIO(), width=80, theme=THEME, force_terminal=True)
    evil = candidate('x = "\x1b[2J"', Execution("ok", "\x1b]0;title\x07"), 1)
    screen.print(compared([evil, evil], 80))
    assert isinstance(screen.file, io.StringIO)
    assert "\x1b[2J" not in screen.file.getvalue()
    assert "\x1b]0" not in screen.file.getvalue()
