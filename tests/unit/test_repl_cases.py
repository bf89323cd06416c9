"""The grid of a chat's cases, with programs that really run (in this process)."""

from __future__ import annotations

from scripted import InProcess

from codegen_cli.program.cases import parse_case
from codegen_cli.repl.cases import check, grid
from codegen_cli.sandbox import Execution
from codegen_cli.synthesis.execute import run_programs

CASES = [parse_case("A=[4, 8] -> 12"), parse_case("A=[1] -> 1"), parse_case("A=[2] -> 3")]


def run_all(sources: list[str]) -> list[Execution]:
    return run_programs(InProcess(), sources, prints=True)


def lines(source: str) -> list[str]:
    return grid(check(source, CASES, run_all))


def test_the_grid_says_in_words_what_passes() -> None:
    assert lines("v = [4, 8]\nprint(sum(v))\n") == [
        "cases: 2 of 3 pass",
        "  1 pass  A=[4, 8] -> 12",
        "  2 pass  A=[1] -> 1",
        "  3 FAIL  A=[2] -> 3  (printed 2, expected 3)",
    ]


def test_a_constant_does_not_pass_by_luck() -> None:
    assert lines("v = [4, 8]\nprint(12)\n")[0] == "cases: 1 of 3 pass"


def test_why_a_case_fails_is_said() -> None:
    assert lines("v = [4, 8]\nif len(v) < 2:\n    print(1)\n")[1].endswith("(nothing was printed)")
    assert lines("v = [4, 8]\n1 / (len(v) - 1)\n")[2].endswith(
        "ZeroDivisionError: division by zero)"
    )


def test_one_reason_for_all_is_one_line() -> None:
    assert lines("v = [4, 8]\n") == ["cases: 0 of 3 pass  (nothing was printed)"]
    assert lines("print(")[0].startswith("cases: 0 of 3 pass  (the program does not parse")
    assert "'(' was never closed (line 1)" in lines("print(")[0]
    (alone,) = grid(check("print(12)", CASES[1:2], run_all))[1:]
    assert alone.endswith("(the program does not use the input A)")
