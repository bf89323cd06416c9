"""Ranges of turns as one types them."""

from __future__ import annotations

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.repl.ranges import parse_ranges


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("", [1, 2, 3, 4, 5]),
        ("2", [2]),
        ("3-5", [3, 4, 5]),
        ("4-", [4, 5]),
        ("5 1-2, 2", [1, 2, 5]),
    ],
)
def test_ranges(text: str, numbers: list[int]) -> None:
    assert parse_ranges(text, 5) == numbers


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("x", '"x" is no range'),
        ("-2", '"-2" is no range'),
        ("²", '"²" is no range'),
        ("0", 'no turns "0"'),
        ("3-6", 'no turns "3-6"'),
        ("4-2", 'no turns "4-2"'),
    ],
)
def test_wrong_ranges(text: str, said: str) -> None:
    with pytest.raises(UsageError) as error:
        parse_ranges(text, 5)
    assert said in error.value.message


def test_a_program_without_turns_has_no_ranges() -> None:
    assert parse_ranges("", 0) == []
    with pytest.raises(UsageError, match='no turns "1"'):
        parse_ranges("1", 0)
