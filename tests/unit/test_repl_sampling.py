"""Sampling settings by name."""

from __future__ import annotations

import dataclasses

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.repl.sampling import NAMES, change, known
from codegen_cli.settings import Sampling


def test_every_setting_has_a_name() -> None:
    assert set(NAMES) == {field.name for field in dataclasses.fields(Sampling)}


@pytest.mark.parametrize(
    ("name", "value", "changed"),
    [
        ("temperature", "0", Sampling(temperature=0)),
        ("TOP-P", "0.5", Sampling(top_p=0.5)),
        ("top_k", "40", Sampling(top_k=40)),
        ("min_p", "1", Sampling(min_p=1)),
        ("repeat_penalty", "1.1", Sampling(repeat_penalty=1.1)),
        ("max_tokens", "1", Sampling(max_tokens=1)),
        ("seed", "4294967295", Sampling(seed=2**32 - 1)),
        ("stop", "return", Sampling(stop=("return",))),
        ("stop", r"'if x' \n\n \t#", Sampling(stop=("if x", "\n\n", "\t#"))),
        ("stop", "OFF", Sampling()),
    ],
)
def test_change(name: str, value: str, changed: Sampling) -> None:
    assert change(Sampling(), name, value) == changed


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("temperature", "nan"),
        ("temperature", "inf"),
        ("temperature", "10.1"),
        ("temperature", "warm"),
        ("top_p", "-0.1"),
        ("top_k", "1.5"),
        ("top_k", "2147483648"),
        ("repeat_penalty", "0"),
        ("max_tokens", "0"),
        ("seed", "-1"),
        ("seed", "4294967296"),
    ],
)
def test_a_wrong_value_is_refused_with_name_and_value(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=rf'{name} "?{value}"? is'):
        change(Sampling(), name, value)


@pytest.mark.parametrize(("value", "word"), [("it's", "open quotation"), ("''", "empty")])
def test_a_wrong_stop_string_is_refused(value: str, word: str) -> None:
    with pytest.raises(UsageError, match=word):
        change(Sampling(), "stop", value)


def test_a_wrong_name_gets_a_suggestion() -> None:
    with pytest.raises(UsageError) as caught:
        known("temprature")
    assert caught.value.hint == "did you mean temperature?"
