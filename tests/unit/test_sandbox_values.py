"""Values cross a pipe as tagged JSON: exact, bounded, and safe to read from a liar."""

from __future__ import annotations

import json
from collections import Counter, OrderedDict, namedtuple
from enum import IntEnum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.sandbox.inside.encode import encode
from codegen_cli.sandbox.inside.revive import revive
from codegen_cli.sandbox.inside.wire import Broken
from codegen_cli.sandbox.value import Array, Opaque, decode, decode_text

_Point = namedtuple("_Point", "x y")


class _Colour(IntEnum):
    RED = 1


_keys = st.none() | st.booleans() | st.integers() | st.text() | st.binary()
_scalars = _keys | st.floats(allow_nan=False) | st.complex_numbers(allow_nan=False)
_values = st.recursive(
    _scalars,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.sets(_keys)
        | st.frozensets(_keys)
        | st.dictionaries(_keys, inner)
    ),
    max_leaves=20,
)


def _sent(value: Any) -> Any:
    return json.loads(json.dumps(encode(value)))


@given(_values)
def test_plain_values_come_back_the_same(value: Any) -> None:
    for back in (decode(_sent(value)), revive(_sent(value))):
        assert back == value
        assert repr(back) == repr(value) or isinstance(value, (set, frozenset, dict, list, tuple))
        assert type(back) is type(value)


@pytest.mark.parametrize(
    ("value", "plain"),
    [
        (_Point(1, 2), (1, 2)),
        (_Colour.RED, 1),
        (Counter("aab"), {"a": 2, "b": 1}),
        (OrderedDict(a=1), {"a": 1}),
        (bytearray(b"x"), Opaque("bytearray", "bytearray(b'x')", (120,), None, True)),
        (range(2), Opaque("range", "range(0, 2)", (0, 1), None, True)),
        (iter([1]), None),
    ],
)
def test_other_types_become_what_they_are_made_of(value: Any, plain: Any) -> None:
    back = decode(_sent(value))
    if plain is None:
        assert isinstance(back, Opaque)
        assert back.items == (1,)
    else:
        assert back == plain


def test_nan_stays_nan() -> None:
    assert str(decode(_sent([float("nan")]))) == "[nan]"


def test_numpy_comes_back_as_records_and_alive() -> None:
    numpy = pytest.importorskip("numpy")
    array = numpy.array([[1, 2], [3, 4]], dtype="int16")
    assert decode(_sent(array)) == Array("array", "int16", (2, 2), (1, 2, 3, 4))
    assert (revive(_sent(array)) == array).all()
    assert revive(_sent(array)).dtype == array.dtype
    assert decode(_sent(numpy.bool_(True))) == Array("scalar", "bool", (), (True,))
    assert type(revive(_sent(numpy.float32(0.5)))) is numpy.float32
    words = numpy.array(["a", "b"])
    assert revive(_sent(words)).tolist() == ["a", "b"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: list(range(2 << 20)),
        lambda: "x" * (1 << 24),
        lambda: b"x" * (1 << 24),
        lambda: 1 << (1 << 28),
        lambda: _nested(100),
        lambda: {n: [n] * 1000 for n in range(2000)},
    ],
)
def test_what_is_too_large_stays_behind(make: Any) -> None:
    value = make()
    data = encode(value)
    assert decode(data) == Opaque(type(value).__name__, "")
    assert len(json.dumps(data)) < 100


def _nested(depth: int) -> list[Any]:
    value: list[Any] = []
    for _ in range(depth):
        value = [value]
    return value


@given(_values)
def test_what_crosses_fits_a_frame(value: Any) -> None:
    assert len(json.dumps(encode(value, most=100))) < 100 * 40 + 100


def test_an_opaque_thing_equals_nothing_and_answers_for_itself() -> None:
    from fractions import Fraction

    live = revive(_sent(Fraction(7, 2)))
    assert live != live
    assert (str(live), float(live), int(live), bool(live)) == ("7/2", 3.5, 3, True)
    with pytest.raises(TypeError, match="'Fraction' object is not iterable"):
        list(live)
    assert list(revive(_sent(range(3)))) == [0, 1, 2]


def test_a_hostile_object_is_asked_carefully() -> None:
    class Hostile:
        def __str__(self) -> str:
            raise ValueError

        __iter__ = __float__ = __int__ = __bool__ = __str__  # type: ignore[assignment]

    assert decode(_sent(Hostile())) == Opaque("Hostile", "", None, None, True)


@pytest.mark.parametrize(
    "data",
    [
        [],
        ["?"],
        ["l"],
        ["l", 3],
        ["d", [[1]]],
        ["d", [[["l", []], 1]]],
        ["s", [["l", []]]],
        ["i", "zz"],
        ["i", 3],
        ["f", "x"],
        ["y", "zz"],
        ["c", 1],
        ["a", "array", "int64", [3], [1]],
        ["a", "array", "int64", [1], ["x"]],
        ["a", "array", 3, [1], [1]],
        ["o", "x"],
        {"l": []},
        [["l"], []],
    ],
)
def test_lies_are_refused(data: Any) -> None:
    pytest.importorskip("numpy")
    with pytest.raises(Broken):
        revive(data)


@pytest.mark.parametrize("text", ["", "[", '["?"]', '["l", 3]', "[" * 10**6, '{"a": 1}'])
def test_a_text_that_is_no_value_is_none(text: str) -> None:
    assert decode_text(text) is None
