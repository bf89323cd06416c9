"""Steps files: what is read, and that writing loses nothing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.errors import UsageError
from codegen_cli.program import format_steps, parse_steps

ANY_STEP = st.text(
    alphabet=st.sampled_from("ab #\\ \t\ufeff\x0b\x0c\x1c\x85\u2028\0{é"), max_size=9
)


@pytest.mark.parametrize(
    ("text", "steps"),
    [
        ("", []),
        ("\n\n", []),
        ("a", ["a"]),
        ("a\nb\n", ["a", "b"]),
        ("a\r\nb\rc\r\n", ["a", "b", "c"]),
        ("\ufeffa\nb", ["a", "b"]),
        ("# title\na\n  # indented\n\n   \nb", ["a", "b"]),
        ("  a  \n\tb\t", ["a", "b"]),
        ("a # not a comment", ["a # not a comment"]),
        ("a \\\n    b", ["a b"]),
        ("a\\\nb", ["a b"]),
        ("a \\  \n b \\\nc\nd", ["a b c", "d"]),
        ("a \\\n# b", ["a # b"]),
        ("a \\\n\nb", ["a", "b"]),
        ("a \\", ["a"]),
        ("\\", []),
        ("\\\n# a", ["# a"]),
        ("# a comment does not go on \\\nb", ["b"]),
        ("a \\\r\nb", ["a b"]),
        ("one\x0cstep\u2028only", ["one\x0cstep\u2028only"]),
        ("a = {'x': 1}", ["a = {'x': 1}"]),
    ],
)
def test_parse(text: str, steps: list[str]) -> None:
    assert parse_steps(text) == steps


def test_format() -> None:
    assert format_steps([]) == ""
    assert format_steps(["a", " b ", "# c"]) == "a\nb\n\\\n# c\n"


@pytest.mark.parametrize(
    ("steps", "message"),
    [
        (["a", " "], "step 2 is empty"),
        (["a\nb"], "step 1 has several lines"),
        (["a\rb"], "step 1 has several lines"),
        (["a \\"], "step 1 ends in a backslash"),
        (["a \\ \t"], "step 1 ends in a backslash"),
    ],
)
def test_what_a_steps_file_cannot_hold(steps: list[str], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        format_steps(steps)


@given(st.lists(ANY_STEP, max_size=6))
def test_round_trip(steps: list[str]) -> None:
    kept = [step for step in steps if step.strip() and not step.strip().endswith("\\")]
    assert parse_steps(format_steps(kept)) == [step.strip() for step in kept]


@given(st.text(alphabet=st.sampled_from("ab #\\\n\r\ufeff\t"), max_size=30))
def test_what_was_read_can_be_written(text: str) -> None:
    steps = parse_steps(text)
    if not any(step.endswith("\\") for step in steps):
        assert parse_steps(format_steps(steps)) == steps
