"""Variables and templates: the same text as `str.format`, and no more than that."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.errors import UsageError
from codegen_cli.program import fill, parse_variables, substitute

FRAGMENTS = [
    *["{", "}", "{{", "}}", "{A}", "{B}", "{D[k]}", "{A[0]}", "{B[1]}", "{C}", "{}", "{0}"],
    *["{A!r}", "{B!s}", "{A:>8}", "{A:<{N}}", "{N:05d}", "{F:.2f}", "{F:{N}.1f}", "{A!x}"],
    *[" text ", "[", "]", ":", "!", "é{A}", "{A:9^9}", "{N:{N:{N}}}", "{N:,}", "{B[-1]}", "{A[9]}"],
]
VALUES: dict[str, object] = {"A": "abc", "B": [1, 2], "N": 7, "F": 3.14159, "D": {"k": "v"}}


@pytest.mark.parametrize(
    ("pair", "value"),
    [
        ("A=3", 3),
        ("A=-3.5", -3.5),
        ("A=[1, 2]", [1, 2]),
        ("A={'a': 1}", {"a": 1}),
        ("A=(1, 'x')", (1, "x")),
        ("A=None", None),
        ("A=True", True),
        ("A=1e3", 1000.0),
        ("A=hello", "hello"),
        ("A=two words", "two words"),
        ("A='quoted'", "quoted"),
        ('A="1"', "1"),
        ("A=", ""),
        ("A=b=c", "b=c"),
        ("A=007", "007"),
        ("A=...", "..."),
        ("A=[1, 2", "[1, 2"),
        ("A=__import__('os')", "__import__('os')"),
        ("A='\\d'", "\\d"),
        ("A=x\0y", "x\0y"),
        ("A=" + "[" * 5000, "[" * 5000),
        ("A=" + "-" * 50_000 + "1", "-" * 50_000 + "1"),
        ("A=" + "9" * 5000, "9" * 5000),
        ("naïve=1", 1),
    ],
)
def test_values(pair: str, value: object) -> None:
    if pair == "A=" + "9" * 5000:
        # Python 3.10.0-3.10.6 has no limit on digits and reads the number.
        assert next(iter(parse_variables([pair]).values())) in (value, 10**5000 - 1)
        return
    assert list(parse_variables([pair]).values()) == [value]
    assert type(parse_variables([pair])[pair.partition("=")[0]]) is type(value)


@pytest.mark.parametrize("pair", ["A", "", "=1", "1a=2", "a b=1", "a.b=1", "a[0]=1"])
def test_pairs_that_are_none(pair: str) -> None:
    with pytest.raises(UsageError, match="not a variable"):
        parse_variables([pair])


def test_a_variable_comes_once() -> None:
    assert parse_variables(["A=1", "B=2"]) == {"A": 1, "B": 2}
    with pytest.raises(UsageError, match="A is given twice"):
        parse_variables(["A=1", "A=2"])


def test_without_variables_a_step_is_verbatim() -> None:
    assert fill('Set d to {"a": {}}.', {}) == 'Set d to {"a": {}}.'
    assert fill("{A.x} {{", {}) == "{A.x} {{"


def test_with_variables_braces_are_doubled() -> None:
    assert fill("Set {{}} to {A}.", {"A": [1, 2]}) == "Set {} to [1, 2]."
    assert fill("{A}", {"A": "{B}"}) == "{B}"


def test_an_empty_input_of_a_problem_is_still_a_template() -> None:
    assert substitute("{{}}", {}) == "{}"


@pytest.mark.parametrize(
    ("step", "words"),
    [
        ("Use {numbers}.", ["Use {numbers}.", "{numbers}", "--var numbers=VALUE"]),
        ("Set {'a': 1}.", ["{'a'}", "write {{ and }}"]),
        ("{A.__class__}", ["attribute", "{A.__class__}"]),
        ("{A[0].__class__}", ["attribute"]),
        ("{A.real}", ["attribute"]),
        ("{D[k].x}", ["attribute"]),
        ("{A:>{N}}{A:{A.__class__}}", ["attribute"]),
        ("{}", ["without a name", "write {{ and }}"]),
        ("{0}", ["without a name"]),
        ("{A", ["cannot be filled", "write {{ and }}"]),
        ("A}", ["cannot be filled"]),
        ("{A!x}", ["cannot be filled"]),
        ("{B:>5}", ["cannot be filled"]),
        ("{N:f f}", ["cannot be filled"]),
        ("{A[9]}", ["{A[9]}", "not there"]),
        ("{D[x]}", ["{D[x]}", "not there"]),
        ("{B[x]}", ["{B[x]}", "not there"]),
        ("{N[0]}", ["{N[0]}", "not there"]),
        ("{A[0]b}", ["broken field"]),
        ("{A:>1001}", ["width", "1000"]),
        ("{A:>999999999999}", ["width"]),
        ("{A:>{W}}", ["width"]),
        ("{F:.5000f}", ["width"]),
        ("{A:>٩٩٩٩٩}", ["width"]),
        ("{N:0" + "9" * 9000 + "}", ["width"]),
    ],
)
def test_refusals_name_the_step_and_what_to_do(step: str, words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        fill(step, {**VALUES, "W": 10**9})
    text = str(caught.value)
    assert "the step '" in text or 'the step "' in text
    assert [word for word in words if word not in text] == []
    assert len(text) < 250


def test_a_name_that_no_variable_can_have_is_not_suggested() -> None:
    with pytest.raises(UsageError) as caught:
        fill("Set {'a': 1}.", VALUES)
    assert "--var" not in str(caught.value)


def test_widths_up_to_the_cap_work() -> None:
    assert fill("{A:>1000}", {"A": "x"}) == " " * 999 + "x"
    assert fill("{A:9>5}", {"A": "x"}) == "9999x"


@given(st.lists(st.sampled_from(FRAGMENTS), max_size=6).map("".join))
def test_equals_str_format_or_is_refused(template: str) -> None:
    try:
        expected = template.format(**VALUES)
    except (LookupError, ValueError, TypeError, AttributeError):
        with pytest.raises(UsageError):
            substitute(template, VALUES)
        return
    assert substitute(template, VALUES) == expected


@given(st.text(max_size=30), st.one_of(st.text(max_size=9), st.integers(), st.lists(st.floats())))
def test_any_text_with_doubled_braces_is_kept(text: str, value: object) -> None:
    doubled = text.replace("{", "{{").replace("}", "}}")
    assert fill(doubled + "{A}", {"A": value}) == f"{text}{value}"
