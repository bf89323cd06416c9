"""Steps that ask for several things, parted by rules."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.program.split import split_step


@pytest.mark.parametrize(
    ("step", "parts"),
    [
        ("Sort the list and print it.", ("Sort the list.", "Print it.")),
        (
            "Read the file, then count its words, and then print the number",
            ("Read the file.", "Count its words.", "Print the number."),
        ),
        ("Sort x; reverse x; show x", ("Sort x.", "Reverse x.", "Show x.")),
        ("Define f. Call f with 3.5.", ("Define f.", "Call f with 3.5.")),
        ("Define f.\nThen call f.", ("Define f.", "Call f.")),
        ("First sort x and finally print x!", ("Sort x.", "Print x!")),
        (
            'Assign "a and print b; then c" to "x" and print "x".',
            ('Assign "a and print b; then c" to "x".', 'Print "x".'),
        ),
        (
            "Set x to [1; 2] and call f(a and print b)",
            ("Set x to [1; 2].", "Call f(a and print b)."),
        ),
    ],
)
def test_a_step_is_parted_where_something_new_is_asked_for(
    step: str, parts: tuple[str, ...]
) -> None:
    assert split_step(step) == parts


@pytest.mark.parametrize(
    "step",
    [
        "Print the first and the last name.",
        "Use np.sum of x, e.g. Zero is fine.",
        "Count the words that are longer than 3 and shorter than 7.",
        'Define a function "search and replace".',
        "",
        "and then",
        "; print x",
        "Keep only the even numbers",
    ],
)
def test_a_step_that_asks_for_one_thing_stays_as_it_is(step: str) -> None:
    assert split_step(step) == (step,)


PIECES = [
    "Print",
    "print",
    "x",
    '"y',
    "and",
    "then",
    ";",
    ".",
    ",",
    "\n",
    "First",
    '"a and b"',
    "[",
]


@given(st.lists(st.sampled_from(PIECES), max_size=14))
def test_no_word_but_the_joints_gets_lost(words: list[str]) -> None:
    step = " ".join(words)
    joints = {"and", "then", "first"}

    def kept(text: str) -> list[str]:
        return [w for w in re.findall(r"\w+", text.lower()) if w not in joints]

    parts = split_step(step)
    assert kept(" ".join(parts)) == kept(step)
    assert all(part.strip() for part in parts) or parts == (step,)
