"""Every operation has wordings, runs, and computes what it says."""

from __future__ import annotations

import random
from typing import Any

import pytest

from models.synthetic.execute import Refused, run
from models.synthetic.grammar import Split, expansions
from models.synthetic.operation import Operation, phrases
from models.synthetic.operations import OPERATIONS
from models.synthetic.program import literal
from models.synthetic.values import KINDS

_SPLITS: tuple[Split, ...] = ("train", "validation", "test")

#: Worked out by hand: operation, inputs, parameter, what it gives.
_KNOWN: tuple[tuple[str, tuple[Any, ...], Any, Any], ...] = (
    ("keep even", ([3, 4, -2, 7],), None, [4, -2]),
    ("drop even", ([3, 4, -2, 7],), None, [3, 7]),
    ("keep multiples", ([3, 4, 9, 7],), 3, [3, 9]),
    ("running sum", ([1, 2, 3],), None, [1, 3, 6]),
    ("differences", ([1, 4, 2],), None, [3, -2]),
    ("span of numbers", ([5, 1, 9],), None, 8),
    ("mean of numbers", ([1, 2, 6],), None, 3.0),
    ("median of numbers", ([5, 1, 3],), None, 3.0),
    ("variance of numbers", ([1, 3],), None, 1.0),
    ("product", ([2, 3, 7],), None, 42),
    ("second largest", ([5, 9, 9, 1],), None, 5),
    ("closest", ([1, 8, 20],), 10, 8),
    ("dedupe numbers", ([3, 1, 3],), None, [3, 1]),
    ("unique words", (["b", "a", "b"],), None, ["a", "b"]),
    ("rotate numbers", ([1, 2, 3],), None, [2, 3, 1]),
    ("every other words", (["a", "b", "c"],), None, ["a", "c"]),
    ("frequencies of words", (["a", "b", "a"],), None, {"a": 2, "b": 1}),
    ("is prime", (97,), None, True),
    ("is leap", (1900,), None, False),
    ("digit sum", (907,), None, 16),
    ("reverse digits", (120,), None, 21),
    ("binary", (10,), None, "1010"),
    ("divisors", (12,), None, [1, 2, 3, 4, 6, 12]),
    ("fibonacci", (7,), None, 13),
    ("collatz steps", (6,), None, 8),
    ("primes up to", (11,), None, [2, 3, 5, 7, 11]),
    ("format", (2.5,), 2, "2.50"),
    ("percentage", (12.34,), None, "12.3%"),
    ("without vowels", ("Apple pie",), None, "ppl p"),
    ("count vowels", ("Apple pie",), None, 4),
    ("palindrome", ("level",), None, True),
    ("letter counts", ("aba",), None, {"a": 2, "b": 1}),
    ("caesar", ("Xyz a",), 2, "zab c"),
    ("initials", ("red green blue",), None, "rgb"),
    ("find emails", ("mail ab.c@mail.org now",), None, ["ab.c@mail.org"]),
    ("find numbers", ("3 of 12",), None, [3, 12]),
    ("mask digits", ("room 12",), None, "room ##"),
    ("split pattern", ("a-b c",), None, ["a", "b", "c"]),
    ("sort by length", (["ccc", "a", "bb"],), None, ["a", "bb", "ccc"]),
    ("best key", ({"a": 1, "b": 5},), None, "b"),
    ("keys by value down", ({"a": 1, "b": 5},), None, ["b", "a"]),
    ("filter table", ({"a": 1, "b": 5},), 3, {"b": 5}),
    ("transpose", ([[1, 2], [3, 4]],), None, [[1, 3], [2, 4]]),
    ("column sums", ([[1, 2], [3, 4]],), None, [4, 6]),
    ("diagonal", ([[1, 2, 3], [4, 5, 6]],), None, [1, 5]),
    ("weekday", ("2024-02-29",), None, "Thursday"),
    ("add days", ("2024-02-28",), 2, "2024-03-01"),
    ("day of year", ("2023-02-01",), None, 32),
    ("days between", ("2024-03-01", "2024-02-28"), None, 2),
    ("gcd", (12, 18), None, 6),
    ("lcm", (4, 6), None, 12),
    ("anagrams", ("stone", "notes"), None, True),
    ("only first", ([1, 2, 3], [2]), None, [1, 3]),
    ("dot product", ([1, 2], [3, 4]), None, 11),
    ("zip dict", (["a", "b"], [1, 2]), None, {"a": 1, "b": 2}),
    ("say yes if even", (3,), None, "no"),
    ("loop even squares", ([1, 2, 4],), None, [4, 16]),
    ("loop running maximum", ([2, 1, 5],), None, [2, 2, 5]),
    ("loop fizz", (4,), 2, ["1", "fizz", "3", "fizz"]),
)
_BY_NAME = {operation.name: operation for operation in OPERATIONS}


def _result(operation: Operation, inputs: tuple[Any, ...], parameter: Any) -> Any:
    """Run one operation on values of its kinds; an array or a flag is made from what it is."""
    lines = ["import numpy as np", operation.imports]
    for name, value, kind in zip(("first", "second"), inputs, operation.inputs, strict=False):
        source = literal(value)
        lines.append(f"{name} = np.array({source})" if kind == "array" else f"{name} = {source}")
    code = operation.code.format(x="first", z="second", k=literal(parameter), y="out")
    lines.append(code if operation.statements else f"out = {code}")
    return run("\n".join([*lines, "print(out)"]))


@pytest.mark.parametrize(("name", "inputs", "parameter", "expected"), _KNOWN)
def test_an_operation_computes_what_it_says(
    name: str, inputs: tuple[Any, ...], parameter: Any, expected: Any
) -> None:
    assert _result(_BY_NAME[name], inputs, parameter) == expected


_TYPES: dict[str, type | tuple[type, ...]] = {
    "number": int,
    "ratio": (float, int),
    "flag": bool,
    "text": str,
    "date": str,
    "table": dict,
    "index": dict,
    "numbers": list,
    "ratios": list,
    "words": list,
    "pairs": list,
    "matrix": list,
}


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_every_operation_runs_and_gives_its_kind(operation: Operation) -> None:
    rng, ran = random.Random(operation.name), 0
    made = {"array": KINDS["numbers"], "flag": lambda r: r.random() < 0.5}
    for _ in range(20):
        inputs = tuple((made | KINDS)[kind](rng) for kind in operation.inputs)
        parameter = KINDS[operation.parameter](rng) if operation.parameter else None
        try:
            value = _result(operation, inputs, parameter)
        except Refused:
            continue
        ran += 1
        if operation.output == "array":
            assert type(value).__name__ == "ndarray"
        else:
            assert isinstance(value, _TYPES[operation.output])
    assert ran >= 5


def test_names_of_operations_are_unique() -> None:
    assert len(_BY_NAME) == len(OPERATIONS)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda o: o.name)
def test_wordings_of_the_splits_are_disjoint_and_there_are_some(operation: Operation) -> None:
    texts = {split: {t for _, t in phrases(operation, split, "near")} for split in _SPLITS}
    texts["far"] = {t for _, t in phrases(operation, "test", "far")}
    assert all(texts.values())
    for held_out in (texts["test"], texts["far"], texts["validation"]):
        assert texts["train"].isdisjoint(held_out)
    for text in set().union(*texts.values()):
        assert "{x}" in text and ("{z}" in text) == (len(operation.inputs) == 2)
        assert ("{k}" in text) == bool(operation.parameter)


def test_most_operations_have_dozens_of_wordings() -> None:
    counts = sorted(sum(len(expansions(p)) for p in (*o.nouns, *o.verbs)) for o in OPERATIONS)
    assert counts[len(counts) // 2] >= 36
    assert counts[len(counts) // 20] >= 6
