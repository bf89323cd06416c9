"""What is run of an MTPB program: the released rewriting, and the strict one."""

from __future__ import annotations

import pytest

from codegen_cli.evaluation.mtpb.rewrite import reference_source, strict_source

REFERENCE = [
    ("x=5", "x = print(5)"),
    ("x = 0\nx+=3", "x = 0\nx += print(3)"),
    ("x: int = 3", "x: int = print(3)"),
    ("l.sort()", "print(l.sort())"),
    ("f()", "print(f())"),
    ("sys.stdout.write('a')", "print(sys.stdout.write('a'))"),
    ("'text'", "print('text')"),
    ("# kept\n\n3  # and this", "# kept\n\nprint(3)"),
    ("é = 'é'; é", "é = 'é'; print(é)"),
    ("a = 1\r\nb = 2\ra + (\n  b)\n\n", "a = 1\nb = 2\nprint(a + b)"),
    ("\fa = 1\n\f\na", "\fa = 1\n\f\nprint(a)"),
    ('x = """\n\n"""\nx', 'x = """\n\n"""\nprint(x)'),
    ("exit()", "exit = quit = None\nprint(exit())"),
    (
        "'''doc'''\nfrom __future__ import annotations\nquit()\nprint(1)",
        '"""doc"""\nfrom __future__ import annotations\nexit = quit = None\nquit()\nprint(1)',
    ),
]
AS_IT_IS = [
    "print(1)  # kept",
    "x = print(1)",
    "print_r(3)",
    "if a:\n    b()",
    "def f():\n    return 1",
    "import os",
    "del x",
    "x: int",
    "",
    "# nothing",
    "print(",
    "x = '\x00'",
    "x" + "+1" * 5000,
    "-" * 9000 + "1",
    "x = 1\n" * 20_000,
    "\ud800",
]


@pytest.mark.parametrize(("program", "expected"), REFERENCE)
def test_the_reference_prints_the_value_of_the_last_statement(program: str, expected: str) -> None:
    source = reference_source(program)
    assert source.text == expected and source.rewritten


@pytest.mark.parametrize("program", AS_IT_IS, ids=range(len(AS_IT_IS)))
def test_what_the_reference_leaves_alone(program: str) -> None:
    source = reference_source(program)
    assert source.text == program and not source.rewritten


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("3", ["3"]),
        ("(3, 4)", ["(3, 4)"]),
        ("3, 4", ["(3, 4)"]),
        ("(x := 3)", ["3"]),
        ("print_r = lambda: 3\nprint_r()", ["3"]),
        ("def f():\n    print(1)\nf()", ["1"]),
        ("def f():\n    print(1)\n    return 2\nf()", ["1", "2"]),
        ("l = [2, 1]\nl.sort()", []),
        ("x = 5", []),
        ("x = 0\nx += 3", []),
        ("print(3)", ["3"]),
        ("x = print(3)", ["3"]),
    ],
)
def test_strict_shows_a_last_expression_as_an_interactive_session_does(
    program: str, printed: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(strict_source(program).text, "program", "exec"), {})  # noqa: S102
    assert capsys.readouterr().out.split("\n")[:-1] == printed


def test_how_a_program_ends_is_told() -> None:
    endings = {"print(1)": "print", "f()": "expression", "x = 1": "statement", "(": "statement"}
    for program, ending in endings.items():
        assert reference_source(program).ending == strict_source(program).ending == ending


def test_strange_escapes_warn_nobody() -> None:
    assert reference_source('x = "\\d"').rewritten
