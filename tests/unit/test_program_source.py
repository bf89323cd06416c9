"""Files as programs: nothing is lost, and what we wrote we read back."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.program import (
    Program,
    Turn,
    parse_program,
    steps_of,
    truncate,
    unwrap,
    wrap,
)
from codegen_cli.settings import PROGRAM_PREFIX

SOURCE = st.lists(
    st.sampled_from(
        [
            *["# step\n", "#step", "#  two", "#", "\n", "\n\n", "\r\n", "\r", "x = 1", " ", "    "],
            *["'", "''", "'''", '"', '"""', "\\", "# it's\n", "def f():\n", "\ufeff", "#!sh\n"],
            *["# coding: utf-8\n", PROGRAM_PREFIX, "# Import libraries.\n", "\0", "\x0c", "f'"],
        ]
    ),
    max_size=14,
).map("".join)

#: Completions a model may write; strings are closed, as code that runs has them.
FRAGMENT = st.sampled_from(
    [
        *[
            "x = 1\n",
            "print('# no step')\n",
            "def f(a):\n    # inside\n    return a\n",
            "\n",
            " ",
            "(",
        ],
        *['s = """\n  # text\n  """\n', "s = 'it'\n", 't = "don\'t"\n', "y = 2  # it's\n", "\\\n"],
        *[
            "print(x)\n",
            "r'\\'#'\n",
            "    if x:\n",
            ")",
            "x\r\n",
            "'\\\n# a'\n",
            "s = '''\n\"\n # '''\n",
        ],
    ]
)
CODE = st.lists(FRAGMENT, max_size=6).map(lambda parts: truncate("".join(parts)).text)
STEP = st.text(alphabet=st.sampled_from("abc #'\"\\\n\r\x0c{é"), max_size=14)


@given(SOURCE)
def test_nothing_is_lost(source: str) -> None:
    assert parse_program(source).text == source


@given(st.text(max_size=60))
def test_nothing_is_lost_from_any_text(source: str) -> None:
    assert parse_program(source).text == source


@given(SOURCE, st.sampled_from(["", "# My tools.\n", "x", "# step\n"]))
def test_nothing_is_lost_with_any_prefix(source: str, prefix: str) -> None:
    assert parse_program(prefix + source, prefix).text == prefix + source


@given(
    st.sampled_from([PROGRAM_PREFIX, "", "import os\n\n", '"""Doc.\n\n# no step\n"""\n\n']),
    st.lists(st.tuples(STEP, CODE), max_size=5),
)
def test_what_we_wrote_we_read(prefix: str, turns: list[tuple[str, str]]) -> None:
    program = Program(prefix)
    for step, code in turns:
        program = program.add(Turn(step, code))
    again = parse_program(program.source, prefix)
    assert again.source == again.text == program.source
    assert list(again.steps) == [unwrap(wrap(step)) for step, _ in turns]
    # All but blank lines after the code is the same, so the next prompt mostly is, too.
    assert [turn.code.strip() for turn in again.turns] == [
        turn.code.strip() for turn in program.turns
    ]


@given(st.lists(st.tuples(STEP, st.sampled_from(["x = 1", "print(x)", ""])), max_size=4))
def test_a_program_read_back_goes_on_with_the_same_prompt(turns: list[tuple[str, str]]) -> None:
    program = Program()
    for step, code in turns:
        program = program.add(Turn(step, code))
    if not turns or turns[-1][1]:
        assert parse_program(program.source).prompt("next") == program.prompt("next")


@pytest.mark.parametrize(
    ("source", "prefix", "steps"),
    [
        ("", "", []),
        ("x = 1\n", "x = 1\n", []),
        ("# a\nx\n\n# b\ny\n", "", ["a", "b"]),
        ("import os\n# a\nx\n", "import os\n", ["a"]),
        ("#a\nx\n#  b\ny", "", ["a", " b"]),
        ("# a\n# b\nx\n", "", ["a\nb"]),
        ("# a\n\n# b\nx\n", "", ["a", "b"]),
        ("# a\ndef f():\n    # inside\n    pass\n", "", ["a"]),
        ("# a\nx = 1  # beside\n", "", ["a"]),
        ('# a\ns = """\n# text\n"""\n# b\n', "", ["a", "b"]),
        ("# a\ns = '''\n# text\\'''\n# more\n'''\n# b\n", "", ["a", "b"]),
        ("# a\ns = '#'\n# it's\nt = '''\n# b'''\n", "", ["a", "it's"]),
        ("# a\ns = 'broken\n# b\n", "", ["a", "b"]),
        ("# a\ns = '''broken\n# b\n", "", ["a", "b"]),
        ("# a\nx = 1  # '''\n# b\ny = 2  # '''\n", "", ["a", "b"]),
        ("# a\ns = \"'''\"\n# b\nt = \"'''\"\n", "", ["a", "b"]),
        ("# a\nf(\n# b\n)", "", ["a", "b"]),
        ("# a\nx = 'one \\\n# two'\n# b\n", "", ["a", "b"]),
        ("# a\nx = 'one \\\r\n# two'\r\n# b\r\n", "", ["a", "b"]),
        ("# a\rx\r# b\ry", "", ["a", "b"]),
        ("# a\r\n# b\r\nx\r\n", "", ["a\nb"]),
        ("# a", "", ["a"]),
        ("#!/usr/bin/env python3\n# a\nx", "#!/usr/bin/env python3\n", ["a"]),
        ("#!/bin/x\n# -*- coding: utf-8 -*-\n# a\n", "#!/bin/x\n# -*- coding: utf-8 -*-\n", ["a"]),
        ("# -*- no coding: line\nx", "", ["-*- no coding: line"]),
        ("# coding=utf-8\n# a\n", "# coding=utf-8\n", ["a"]),
        ("# Read it with encoding=utf-8.\nx\n", "", ["Read it with encoding=utf-8."]),
        ("\ufeff# a\nx\n", "\ufeff", ["a"]),
        ("\ufeff" + PROGRAM_PREFIX + "# a\n", "\ufeff" + PROGRAM_PREFIX, ["a"]),
        (PROGRAM_PREFIX + "# a\nx\n", PROGRAM_PREFIX, ["a"]),
        (PROGRAM_PREFIX.rstrip("\n"), PROGRAM_PREFIX.rstrip("\n"), []),
        (PROGRAM_PREFIX + "import re\n# a\n", PROGRAM_PREFIX + "import re\n", ["a"]),
        ("# Import libraries.\nimport os\n", "", ["Import libraries."]),
        (PROGRAM_PREFIX.rstrip("\n") + "x\n", "", ["Import libraries."]),
        ('"""Doc.\n\n# no step\n"""\n# a\n', '"""Doc.\n\n# no step\n"""\n', ["a"]),
    ],
)
def test_prefix_and_steps(source: str, prefix: str, steps: list[str]) -> None:
    program = parse_program(source)
    assert (program.prefix, list(program.steps)) == (prefix, steps)
    assert program.text == source


@pytest.mark.parametrize(
    ("body", "code", "tail"),
    [
        ("", "", ""),
        ("x", "x", ""),
        ("x\n", "x", "\n"),
        ("x\n\n", "x", "\n\n"),
        ("x\n\n\n", "x", "\n\n\n"),
        ("\n\n", "", "\n\n"),
        ("x\r\n\r\n", "x", "\r\n\r\n"),
        ("x\r\n\n", "x", "\r\n\n"),
        ("x\n\r\n", "x", "\n\r\n"),
        ("x \n", "x ", "\n"),
    ],
)
def test_code_and_tail(body: str, code: str, tail: str) -> None:
    (turn,) = parse_program(f"# a\n{body}").turns
    assert (turn.code, turn.tail, turn.header) == (code, tail, "# a\n")


def test_a_program_read_back_equals_one_that_was_built() -> None:
    program = Program().add(Turn("a", "x = 1")).add(Turn("b\nc", "print(x)"))
    assert parse_program(program.text) == program


def test_steps_of_leaves_out_comments_without_words() -> None:
    source = "# -----\n\n# a\nx\n\n#\n\n# ####\n\n# b\n# c\n"
    assert steps_of(source) == ["a", "b\nc"]
    assert steps_of(PROGRAM_PREFIX + "# a\n") == ["a"]
    assert steps_of("# Mine.\n\n# a\n", prefix="# Mine.\n\n") == ["a"]


@pytest.mark.parametrize(
    "unit", ["'''\n", "\\'''\n", "'\n", "# a\n", "\\", '"""\\"', "x\n'''\"\"\"\n"]
)
def test_hostile_files_are_read_quickly(unit: str) -> None:
    source = "'''" + unit * 20_000
    begin = time.perf_counter()
    assert parse_program(source).text == source
    assert time.perf_counter() - begin < 5
