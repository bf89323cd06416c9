"""Allowed pickle instructions and names, used in ways that no state dict does."""

from __future__ import annotations

from pathlib import Path

import pytest
from rawcheckpoint import (
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_TUPLE,
    FALSE,
    NONE,
    ORDERED_DICT,
    call,
    integer,
    mapping,
    name,
    program,
    storage,
    tensor,
    text,
    torch_file,
    tuple_,
    write,
)

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.errors import CheckpointError

WEIGHT = tensor(storage("0", 2), (2,), (1,))
STORAGES = {"0": bytes(8)}
CLASS = name("collections", "OrderedDict")
NO_STORAGE, NO_KEY = "persistent id that is not a storage", "storage with a broken type or key"
BROKEN_CALL, NO_LIST = "in a way that no state dict does", "something that is not a list"
NO_ITEM, NO_STATE = "item of something that is not a dict", "state of something that is not a dict"
FLOATS = name("torch", "FloatStorage")
STORAGE, KEY, PLACE, TWO = text("storage"), text("0"), text("cpu"), integer(2)
MISUSED = {
    "OrderedDict of pairs": (call(CLASS, EMPTY_LIST), BROKEN_CALL),
    "OrderedDict of itself": (call(CLASS, CLASS), BROKEN_CALL),
    "call of a storage type": (call(FLOATS, integer(10**9)), BROKEN_CALL),
    "call of text": (call(text("os.system"), text("true")), BROKEN_CALL),
    "call of a dict": (call(EMPTY_DICT), BROKEN_CALL),
    "call of a tensor": (call(WEIGHT), BROKEN_CALL),
    "call without a tuple": (CLASS + EMPTY_LIST + b"R", "without a tuple of arguments"),
    "parameter of text": (
        call(name("torch._utils", "_rebuild_parameter"), text("w"), FALSE, NONE),
        BROKEN_CALL,
    ),
    "state of a class": (CLASS + mapping({"__setstate__": NONE}) + b"b", NO_STATE),
    "state of a tensor": (WEIGHT + mapping({"__class__": NONE}) + b"b", NO_STATE),
    "state of a list": (EMPTY_LIST + EMPTY_DICT + b"b", NO_STATE),
    "append to a dict": (EMPTY_DICT + NONE + b"a", NO_LIST),
    "append to a tuple": (EMPTY_TUPLE + b"(" + NONE + b"e", NO_LIST),
    "append to a class": (CLASS + NONE + b"a", NO_LIST),
    "item of a list": (EMPTY_LIST + text("0") + NONE + b"s", NO_ITEM),
    "item of a class": (CLASS + text("__call__") + NONE + b"s", NO_ITEM),
    "odd items": (EMPTY_DICT + b"(" + text("a") + b"u", "damaged: ValueError"),
    "integer key": (EMPTY_DICT + integer(1) + NONE + b"s", "key that is not text"),
    "None key": (EMPTY_DICT + NONE + NONE + b"s", "key that is not text"),
    "class key": (EMPTY_DICT + CLASS + NONE + b"s", "key that is not text"),
    "same key": (EMPTY_DICT + (text("a") + NONE + b"s") * 2, "'a' is there twice"),
    "name is a number": (text("os") + integer(1) + b"\x93", "name is not text"),
    "id is text": (STORAGE + b"Q", NO_STORAGE),
    "id is short": (tuple_(STORAGE) + b"Q", NO_STORAGE),
    "id of a module": (tuple_(text("module"), FLOATS, KEY, PLACE, TWO) + b"Q", NO_STORAGE),
    "id at no place": (tuple_(STORAGE, FLOATS, KEY, NONE, TWO) + b"Q", NO_STORAGE),
    "id without a type": (tuple_(STORAGE, CLASS, KEY, PLACE, TWO) + b"Q", NO_KEY),
    "id with a number": (tuple_(STORAGE, FLOATS, integer(0), PLACE, TWO) + b"Q", NO_KEY),
    "memo of nothing": (b"h\x63", "damaged: KeyError"),
    "far memo": (b"j\xff\xff\xff\xff", "damaged: KeyError"),
    "no mark": (b"t" * 3, "damaged: IndexError"),
    "surrogate": (b"X\3\0\0\0\xed\xa0\x80", "damaged: UnicodeDecodeError"),
    "protocol 1": (b"\x80\x01" + NONE, "protocol 1, not 2 to 5"),
    "protocol 6": (b"\x80\x06" + NONE, "protocol 6, not 2 to 5"),
    "long text": (b"X\xff\xff\xff\xff" + b"x", "ends in the middle"),
    "line without end": (b"cos", "damaged: ValueError"),
}


def refusal(folder: Path, pickled: bytes) -> str:
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(write(folder, torch_file(pickled, STORAGES)))
    return str(caught.value)


@pytest.mark.parametrize("case", MISUSED)
def test_misuse_of_what_is_allowed(tmp_path: Path, case: str) -> None:
    value, message = MISUSED[case]
    assert message in refusal(tmp_path, program(mapping({"w": WEIGHT, "x": value}, ORDERED_DICT)))


GOOD = mapping({"w": WEIGHT})


@pytest.mark.parametrize(
    ("pickled", "message"),
    [
        (b"", "ends in the middle"),
        (program(GOOD)[:-1], "ends in the middle"),
        (program(), "an unfinished value"),
        (program(b"(" + GOOD), "an unfinished value"),
        (program(GOOD + GOOD), "an unfinished value"),
        (program(NONE), "holds a NoneType, not a state dict"),
        (program(WEIGHT), "holds a Tensor, not a state dict"),
        (program(EMPTY_LIST), "holds a list, not a state dict"),
    ],
)
def test_ends(tmp_path: Path, pickled: bytes, message: str) -> None:
    assert message in refusal(tmp_path, pickled)
