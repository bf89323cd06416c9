"""Steps as comments, turns, and the growing program."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn, unwrap, wrap
from codegen_cli.settings import PROGRAM_PREFIX

CODE = st.sampled_from(["", "x = 1", "x = 1\n", "x = 1\n\n", "def f():\n    return 1\n", " ", "\r"])
STEPS = st.text(alphabet=st.sampled_from('ab #\\\n\r\x0c\x0b\x1c\x85\u2028"é\t'), max_size=12)
PREFIXES = st.sampled_from([PROGRAM_PREFIX, "", "import os", "import os\n", "x\n\n\n", "\n"])
PROGRAMS = st.builds(
    Program, PREFIXES, st.lists(st.builds(Turn, STEPS, CODE), max_size=4).map(tuple)
)


@pytest.mark.parametrize(
    ("step", "header"),
    [
        ("Print x.", "# Print x.\n"),
        ("", "# \n"),
        ("  spaces kept  ", "#   spaces kept  \n"),
        ("# already", "# # already\n"),
        ("a\nb", "# a\n# b\n"),
        ("a\r\nb\rc", "# a\n# b\n# c\n"),
        ("a \n# str(4) = 4\n# int(4)", "# a \n# str(4) = 4\n# int(4)\n"),
        ("a\n\nb", "# a\n#\n# b\n"),
        ("a\n#b", "# a\n#b\n"),
        ("a\n  b", "# a\n#   b\n"),
        ("a\n", "# a\n"),
        ("\r\na\n\n", "# a\n"),
        ("a\x0cb\x0bc\u2028d", "# a\x0cb\x0bc\u2028d\n"),
        ("a \\", "# a \\\n"),
    ],
)
def test_wrap(step: str, header: str) -> None:
    assert wrap(step) == header
    assert wrap(unwrap(header)) == header


@pytest.mark.parametrize(
    ("header", "step"),
    [
        ("# a\n", "a"),
        ("#a\n", "a"),
        ("#  a\n", " a"),
        ("#\n", ""),
        ("# a", "a"),
        ("# a\r\n# b\r\n", "a\nb"),
        ("# a\n#\n# b\n", "a\n\nb"),
        ("# a\n#b\n", "a\n#b"),
        ("# a\n# # b\n", "a\n# # b"),
        ("# a\n# \n", "a\n# "),
        ("# a\n#\n", "a\n#"),
    ],
)
def test_unwrap(header: str, step: str) -> None:
    assert unwrap(header) == step


@given(STEPS)
def test_wrap_undoes_unwrap(step: str) -> None:
    assert wrap(unwrap(wrap(step))) == wrap(step)


EVERY_CHARACTER = [chr(n) for n in [*range(1, 0x300), 0x1680, 0x2028, 0x2029, 0x3000, 0xFEFF]]


@pytest.mark.parametrize("start", range(0, len(EVERY_CHARACTER), 64))
def test_no_character_leaves_the_comment(start: str) -> None:
    for character in EVERY_CHARACTER[int(start) : int(start) + 64]:
        names: dict[str, object] = {}
        exec(wrap(f"a{character}out = 1{character}"), names)  # noqa: S102
        assert "out" not in names, repr(character)


@given(STEPS)
def test_a_step_is_only_comments(step: str) -> None:
    names: dict[str, object] = {}
    exec(wrap(step + "\na = 1\rb = 1"), names)  # noqa: S102
    assert set(names) == {"__builtins__"}


@pytest.mark.parametrize(("step", "what"), [("do\0it", "NUL"), ("do\udcffit", "surrogate")])
def test_characters_no_source_can_hold_are_refused(step: str, what: str) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        wrap(step)
    assert "do" in caught.value.message and caught.value.exit_code == 2
    with pytest.raises(UsageError):
        Turn(step, "")
    with pytest.raises(UsageError):
        Program().prompt(step)


def test_long_steps_are_quoted_short() -> None:
    with pytest.raises(UsageError) as caught:
        wrap("x" * 5000 + "\0")
    assert len(caught.value.message) < 150


def test_the_paper_s_layout() -> None:
    program = Program().add(Turn("Set x.", "x = 1")).add(Turn("Print x.", "print(x)\n"))
    assert program.text == (
        "# Import libraries.\n\nimport numpy as np\n\n# Set x.\nx = 1\n\n# Print x.\nprint(x)\n\n\n"
    )
    assert program.source == program.text.rstrip("\n") + "\n"
    assert program.prompt("Stop.") == program.text + "# Stop.\n"
    assert program.steps == ("Set x.", "Print x.")


def test_an_empty_completion_keeps_the_separator() -> None:
    assert Program("").add(Turn("a", "")).text == "# a\n\n\n"


def test_a_program_without_anything() -> None:
    empty = Program("")
    assert (empty.text, empty.source, empty.prompt("a")) == ("", "", "# a\n")
    assert Program().source == "# Import libraries.\n\nimport numpy as np\n"


def test_turns_keep_an_irregular_header_and_tail() -> None:
    turn = Turn("a", "x", tail="\n", header="#a\n")
    assert turn.text == "#a\nx\n"
    assert Turn("a", "x").header == "# a\n"


@given(PROGRAMS, STEPS, CODE)
def test_adding_is_prompting_and_completing(program: Program, step: str, code: str) -> None:
    added = program.add(Turn(step, code))
    assert added.text == program.prompt(step) + code + "\n\n"
    assert added.steps == (*program.steps, step)


@given(PROGRAMS)
def test_a_grown_program_is_prompted_byte_for_byte(program: Program) -> None:
    closed = program.add(Turn("a", ""))
    assert closed.prompt("b") == closed.text + "# b\n"


@pytest.mark.parametrize(
    ("prefix", "tail", "prompt"),
    [
        ("", "", "# a\nx\n\n# b\n"),
        ("", "\n", "# a\nx\n\n# b\n"),
        ("", "\n\n", "# a\nx\n\n# b\n"),
        ("", "\n\n\n", "# a\nx\n\n\n# b\n"),
    ],
)
def test_a_program_read_from_a_file_goes_on_after_a_blank_line(
    prefix: str, tail: str, prompt: str
) -> None:
    assert Program(prefix, (Turn("a", "x", tail),)).prompt("b") == prompt


def test_a_prefix_is_closed_with_a_blank_line() -> None:
    assert Program("import os").prompt("a") == "import os\n\n# a\n"
    assert Program("import os").add(Turn("a", "x")).prefix == "import os\n\n"


def test_the_source_has_one_blank_line_where_the_text_has_three() -> None:
    program = Program("").add(Turn("a", "x = 1\n\n")).add(Turn("b", "print(x)\n"))
    assert program.text == "# a\nx = 1\n\n\n\n# b\nprint(x)\n\n\n"
    assert program.source == "# a\nx = 1\n\n# b\nprint(x)\n"


def test_blank_lines_that_were_read_from_a_file_stay() -> None:
    program = Program("", (Turn("a", "x = 1", "\n\n\n\n"), Turn("b", "y = 2", "\n")))
    assert program.source == program.text


@given(PROGRAMS)
def test_the_source_ends_in_one_line_end(program: Program) -> None:
    source = program.source
    assert source.split() == program.text.split()
    assert source == "" or (source.endswith("\n") and not source.endswith("\n\n"))


def test_undo() -> None:
    program = Program().add(Turn("a", "1")).add(Turn("b", "2")).add(Turn("c", "3"))
    assert program.undo().steps == ("a", "b")
    assert program.undo(3) == Program()
    for n in (0, -1, 4):
        with pytest.raises(UsageError, match="cannot undo"):
            program.undo(n)


def test_replace() -> None:
    program = Program().add(Turn("a", "1")).add(Turn("b", "2"))
    assert program.replace(0, Turn("a", "9")).text == PROGRAM_PREFIX + "# a\n9\n\n# b\n2\n\n"
    assert program.steps == ("a", "b")
    for index in (-1, 2):
        with pytest.raises(UsageError, match="no turn"):
            program.replace(index, Turn("x", ""))


def test_a_line_of_the_source_belongs_to_the_turn_it_stands_in() -> None:
    program = Program("import re\n\n").add(Turn("a\nb", "x = 1\n\n\n")).add(Turn("c", ""))
    program = program.add(Turn("d", "print(x)"))
    assert program.source.splitlines() == [
        *("import re", "", "# a", "# b", "x = 1", "", "# c", "", "", "# d", "print(x)")
    ]
    assert [program.line_of(number) for number in (1, 2, 3)] == [3, 7, 10]
    assert [program.turn_at(line) for line in range(1, 12)] == [0, 0, 1, 1, 1, 1, 2, 2, 2, 3, 3]


@given(PROGRAMS)
def test_every_turn_begins_where_line_of_says(program: Program) -> None:
    program = program.add(Turn("the end", "x"))
    lines = program.source.split("\n")
    for number, turn in enumerate(program.turns, 1):
        begin = program.line_of(number) - 1
        header = turn.header.rstrip("\n")
        found = "\n".join(lines[begin : begin + header.count("\n") + 1])
        # A prefix may end in the middle of a line.
        assert found.endswith(header)
