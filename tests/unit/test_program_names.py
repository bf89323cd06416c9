"""The names that a program defines, for completion."""

from __future__ import annotations

from codegen_cli.program import Program, Turn
from codegen_cli.program.names import defined_names


def test_the_newest_name_comes_first_and_each_once() -> None:
    program = Program(
        "import numpy as np\nfrom os import path, sep as s\n",
        (
            Turn("a", "values = [1]\ndef mean(x):\n    total = sum(x)\n    return total\n"),
            Turn("b", "for i, v in enumerate(values):\n    values += [i]"),
            Turn("c", "a, b = 1, 2\nif a == b:\n    print(a)\nn: int = 3"),
        ),
    )
    assert defined_names(program) == (
        "n", "b", "a", "values", "v", "i", "total", "mean", "s", "path", "np",
    )  # fmt: skip


def test_broken_code_still_has_names() -> None:
    assert defined_names(Program("", (Turn("a", "x = (\nclass Odd(:\n"),))) == ("Odd", "x")


def test_a_comment_defines_nothing() -> None:
    assert defined_names(Program("", (Turn("x = 1", "print(1)  # y = 2"),))) == ()
