"""Which printed values pass for which expected ones: the released rules, and the strict ones."""

from __future__ import annotations

from typing import Any

import pytest

from codegen_cli.evaluation.mtpb.equivalence import equivalent
from codegen_cli.evaluation.mtpb.strict import same
from codegen_cli.sandbox import Array, Opaque


def array(*items: Any, dtype: str = "int64", shape: tuple[int, ...] | None = None) -> Array:
    return Array("array", dtype, (len(items),) if shape is None else shape, items)


def scalar(item: Any, dtype: str) -> Array:
    return Array("scalar", dtype, (), (item,))


def series(*items: Any, dtype: str = "int64") -> Array:
    return Array("series", dtype, (len(items),), items)


GENERATOR = Opaque("generator", "<generator object>", items=(1, 2))
KEYS = Opaque("dict_keys", "dict_keys(['a', 'b'])", items=("a", "b"))
DECIMAL = Opaque("Decimal", "3.7", number=3.7)
RANGE = Opaque("range", "range(0, 3)", items=(0, 1, 2))
NO_FLOAT = Opaque("Own", "own", number=3)

#: The printed value, the expected one, the released verdict, the strict verdict.
TABLE: list[tuple[Any, Any, bool, bool]] = [
    # Conversion to the type that is expected.
    (3.7, 3, True, False),
    (3.0, 3, True, True),
    (2.9999999999, 3, False, True),
    ("3", 3, True, True),
    ("3.7", 3, False, False),
    ("3.7", 3.7, True, True),
    ("x", 3.7, False, False),
    (True, 1, True, False),
    (1, True, False, False),
    (True, True, True, True),
    ("True", True, True, True),
    (4.0, "4.0", True, True),
    ({"a": 1, "b": 2}, ["a", "b"], True, False),
    ("ab", ["a", "b"], True, False),
    ("ab", "ab", True, True),
    ("[1, 2]", [1, 2], False, True),
    ([1, 2], "[1, 2]", True, True),
    (None, "None", True, True),
    (1 + 2j, 1.0, False, False),
    (b"3", 3, True, False),
    # What can never be expected there.
    (None, None, False, True),
    ({"a": 1}, {"a": 1}, False, True),
    ({1: 2.0}, {"1": 2}, False, True),
    ({"a": 1}, {"a": 2}, False, False),
    ({"a": 1}, {"b": 1}, False, False),
    # Floats.
    (0.1 + 0.2, 0.3, True, True),
    ([0.1 + 0.2], [0.3], False, True),
    ([[0.1 + 0.2]], [[0.3]], False, True),
    (0.3001, 0.3, False, False),
    (float("nan"), 0.3, False, False),
    (float("inf"), 3, False, False),
    # Sequences.
    ((1, 2), [1, 2], True, True),
    ([(1, 2), (3, 4)], [[1, 2], [3, 4]], True, True),
    ([[1], (3, 4)], [[1], [3, 4]], False, True),
    ([1, 2], [2, 1], False, False),
    ([1], [1, 2], False, False),
    ([], [], True, True),
    ([1, 2], [True, 2], True, False),
    (["3"], [3], False, False),
    ({2, 1}, [1, 2], True, True),
    ({"b", "a", "c"}, ["z"], False, False),
    (frozenset({1, 2}), [1, 2], True, True),
    ({1}, [1, 1], False, False),
    # Objects of which only conversions came back.
    (GENERATOR, [1, 2], True, False),
    (RANGE, [0, 1, 2], True, False),
    (KEYS, ["a", "b"], True, True),
    (KEYS, 1, False, False),
    (DECIMAL, 3, True, False),
    (DECIMAL, 3.7, True, True),
    (DECIMAL, "3.7", True, True),
    ([DECIMAL, 1], [3.7, 1], False, False),
    ([Opaque("Fraction", "1", number=1.0), 2], [1, 2], True, False),
    (NO_FLOAT, 3, True, False),
    (NO_FLOAT, 3.0, False, False),
    (Opaque("Own", "3"), 3, False, True),
    (Opaque("Own", "yes", truth=False), [], False, False),
    # numpy and pandas.
    (scalar(3, "int64"), 3, True, True),
    (scalar(3, "int8"), 3, True, True),
    (scalar(3.7, "float64"), 3, True, False),
    (scalar(0.5, "float16"), 0.5, True, True),
    (scalar(True, "bool"), True, True, True),
    (scalar(True, "bool"), 1, True, False),
    (scalar("3", "<U1"), 3, True, True),
    (array(1, 2), [1, 2], True, True),
    (array(1.0, 2.0, dtype="float64"), [1, 2], True, True),
    (array(0.1 + 0.2, dtype="float64"), [0.3], False, True),
    (array(1, 2, 3, 4, shape=(2, 2)), [[1, 2], [3, 4]], True, True),
    (array(3, shape=()), 3, True, True),
    (array("a", "b", dtype="<U1"), ["a", "b"], True, True),
    (array(1, "a", dtype="object"), [1, "a"], True, True),
    ([array(1, 2), array(3, 4)], [[1, 2], [3, 4]], False, True),
    ([scalar(1, "int64"), 2], [1, 2], True, True),
    (series(1, 2), [1, 2], True, True),
    (series(1.00001, 2.0, dtype="float64"), [1, 2], True, False),
    (series(3), [3, 3], True, False),
    (series("a", dtype="object"), ["a"], False, True),
    # Damaged or hostile descriptions.
    (Array("array", "no such type", (1,), (3,)), [3], True, True),
    (Array("array", "int64", (7,), (3,)), [3], False, False),
    (10**400, 3.0, False, False),
    (10**5000, "x", False, False),
]


@pytest.mark.parametrize(("value", "gold", "released", "strict"), TABLE, ids=range(len(TABLE)))
def test_the_table(value: Any, gold: Any, released: bool, strict: bool) -> None:
    assert (equivalent(value, gold), same(value, gold)) == (released, strict)
