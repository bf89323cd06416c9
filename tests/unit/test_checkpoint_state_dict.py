"""Pickled state dicts, made by hand: views, types, and tensors that torch would not save."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from rawcheckpoint import (
    EMPTY_DICT,
    EMPTY_LIST,
    EMPTY_TUPLE,
    FALSE,
    NONE,
    ORDERED_DICT,
    TRUE,
    call,
    integer,
    integers,
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

VALUES = np.arange(24, dtype=np.float32)
STORAGES = {"0": VALUES.tobytes()}
HELD = storage("0", 24)
WHOLE = tensor(HELD, (4, 6), (6, 1))


def state(items: Mapping[str, bytes], storages: Mapping[str, bytes] = STORAGES) -> bytes:
    return torch_file(program(mapping(items, ORDERED_DICT)), storages)


def refusal(folder: Path, data: bytes) -> str:
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(write(folder, data))
    message = str(caught.value)
    assert message.startswith(str(folder / "pytorch_model.bin"))
    assert "\n" not in message
    return message.removeprefix(str(folder))


VIEWS = {
    "whole": ((4, 6), (6, 1), 0),
    "transposed": ((6, 4), (1, 6), 0),
    "rows": ((2, 6), (6, 1), 12),
    "columns": ((4, 2), (6, 1), 3),
    "steps": ((4,), (6,), 5),
    "scalar": ((), (), 23),
    "empty": ((0, 6), (6, 1), 24),
    "three": ((2, 2, 6), (12, 6, 1), 0),
}


@pytest.mark.parametrize("view", VIEWS)
def test_views(tmp_path: Path, view: str) -> None:
    shape, strides, offset = VIEWS[view]
    data = state({"w": tensor(HELD, shape, strides, offset), "tied": WHOLE})
    in_bytes = tuple(4 * stride for stride in strides)
    expected = np.lib.stride_tricks.as_strided(VALUES[offset:], shape, in_bytes)
    with open_checkpoint(write(tmp_path, data)) as checkpoint:
        tensor_ = checkpoint.tensors["w"]
        assert tensor_.shape == shape
        got = tensor_.float32()
        tensor_.release()
        tied = checkpoint.tensors["tied"].float32(slice(1, 3))
    assert got.flags.c_contiguous
    np.testing.assert_array_equal(got, expected)
    np.testing.assert_array_equal(tied, VALUES.reshape(4, 6)[1:3])


def test_types(tmp_path: Path) -> None:
    floats = {"Float": np.float32, "Half": np.float16, "BFloat16": np.uint16}
    others = {"Double": 8, "Long": 8, "Int": 4, "Short": 2, "Char": 1, "Byte": 1, "Bool": 1}
    sizes = {kind: np.dtype(dtype).itemsize for kind, dtype in floats.items()} | others
    items = {kind: tensor(storage(kind, 3, kind), (3,), (1,)) for kind in sizes}
    data = state(items, {kind: bytes(3 * size) for kind, size in sizes.items()})
    with open_checkpoint(write(tmp_path, data)) as checkpoint:
        raw = {kind: tensor_.raw().dtype for kind, tensor_ in checkpoint.tensors.items()}
        assert raw == {kind: np.dtype(dtype) for kind, dtype in floats.items()}
        names = ["F64", "I64", "I32", "I16", "I8", "U8", "BOOL"]
        assert dict(checkpoint.other) == dict(zip(others, names, strict=True))


def test_parameter_metadata_and_nesting(tmp_path: Path) -> None:
    parameter = call(name("torch._utils", "_rebuild_parameter"), WHOLE, TRUE, ORDERED_DICT)
    versions = mapping({"": mapping({"version": integer(1)})}, ORDERED_DICT)
    weights = mapping({"w": parameter}, ORDERED_DICT) + mapping({"_metadata": versions}) + b"b"
    nested = mapping({"state_dict": weights, "epoch": integer(3), "note": text("x"), "none": NONE})
    for pickled in (weights, nested):
        write(tmp_path, torch_file(program(pickled), STORAGES))
        with open_checkpoint(tmp_path) as checkpoint:
            assert list(checkpoint.tensors) == ["w"]


def test_empty_metadata_argument(tmp_path: Path) -> None:
    data = state({"w": tensor(HELD, (2,), (1,), tail=(FALSE, ORDERED_DICT, EMPTY_DICT))})
    with open_checkpoint(write(tmp_path, data)) as checkpoint:
        assert checkpoint.tensors["w"].shape == (2,)


def with_tail(*tail: bytes) -> dict[str, bytes]:
    return {"w": tensor(HELD, (2,), (1,), tail=tail)}


OUTSIDE = "outside of its storage"
BROKEN_STATES = {
    "offset": ({"w": tensor(HELD, (4, 6), (6, 1), 1)}, OUTSIDE),
    "huge offset": ({"w": tensor(HELD, (1,), (1,), 2**62)}, OUTSIDE),
    "wrapping offset": ({"w": tensor(HELD, (1,), (1,), 2**64)}, "not a count"),
    "negative offset": ({"w": tensor(HELD, (1,), (1,), -1)}, "not a count"),
    "offset of nothing": ({"w": tensor(HELD, (0,), (1,), 25)}, OUTSIDE),
    "stride": ({"w": tensor(HELD, (4, 6), (7, 1))}, OUTSIDE),
    "huge stride": ({"w": tensor(HELD, (2,), (2**62,))}, OUTSIDE),
    "wrapping stride": ({"w": tensor(HELD, (5,), (2**62,))}, OUTSIDE),
    "negative stride": ({"w": tensor(HELD, (4,), (-1,), 8)}, "not a count"),
    "huge integer": ({"w": tensor(HELD, (4,), (2**2030,))}, "not a count"),
    "stride 0": ({"w": tensor(HELD, (2**40,), (0,))}, "repeats its 24"),
    "overlapping rows": ({"w": tensor(HELD, (12, 12), (1, 1))}, "repeats its 24"),
    "size": ({"w": tensor(HELD, (25,), (1,))}, OUTSIDE),
    "negative size": ({"w": tensor(HELD, (-1,), (1,))}, "not a count"),
    "bool size": (
        {
            "w": call(
                name("torch._utils", "_rebuild_tensor_v2"),
                HELD,
                integer(0),
                tuple_(TRUE),
                integers((1,)),
                FALSE,
                ORDERED_DICT,
            )
        },
        "not a count",
    ),
    "hidden by zero": ({"w": tensor(HELD, (0, 2**62), (1, 1))}, "larger than any memory"),
    "more strides": ({"w": tensor(HELD, (2,), (1, 1))}, "1 sizes come with 2 strides"),
    "many dimensions": ({"w": tensor(HELD, (1,) * 40, (1,) * 40)}, "40 dimensions"),
    "no storage": ({"w": tensor(integer(1), (1,), (1,))}, "without a storage"),
    "gradient": (with_tail(integer(1), ORDERED_DICT), "without a storage"),
    "hooks": (with_tail(FALSE, mapping({"a": NONE})), "hooks"),
    "hooks in a list": (with_tail(FALSE, EMPTY_LIST), "hooks"),
    "metadata": (with_tail(FALSE, ORDERED_DICT, mapping({"neg": TRUE})), "metadata"),
    "too many arguments": (with_tail(FALSE, ORDERED_DICT, NONE, NONE), "no state dict does"),
    "too few arguments": (with_tail(), "no state dict does"),
    "storage count": ({"w": tensor(storage("0", 25), (1,), (1,))}, "96 bytes, 100 are expected"),
    "storage type": ({"w": tensor(storage("0", 24, "Half"), (1,), (1,))}, "48 are expected"),
    "negative storage": ({"w": tensor(storage("0", -1), (1,), (1,))}, "not a count"),
    "missing storage": ({"w": tensor(storage("9", 24), (1,), (1,))}, "'9' is not in the archive"),
    "path": ({"w": tensor(storage("../../etc/passwd", 24), (1,), (1,))}, "broken type or key"),
    "other entry": ({"w": tensor(storage("../version", 24), (1,), (1,))}, "broken type or key"),
    "long key": ({"w": tensor(storage("0" * 21, 24), (1,), (1,))}, "broken type or key"),
    "no tensors": ({"w": integer(1)}, "no tensor"),
    "nothing": ({}, "no tensor"),
    "list value": ({"w": EMPTY_LIST}, "a list as 'w', not a tensor"),
    "tuple value": ({"w": EMPTY_TUPLE}, "a tuple as 'w', not a tensor"),
    "storage value": ({"w": HELD}, "a Storage as 'w', not a tensor"),
    "global value": ({"w": name("collections", "OrderedDict")}, "as 'w', not a tensor"),
    "deeper nesting": ({"model": mapping({"w": WHOLE})}, "a dict as 'model', not a tensor"),
    "twice": ({"state_dict": mapping({"w": WHOLE}), "w": WHOLE}, "'w' is there twice"),
}


@pytest.mark.parametrize("case", BROKEN_STATES)
def test_broken_state_dicts(tmp_path: Path, case: str) -> None:
    items, message = BROKEN_STATES[case]
    assert message in refusal(tmp_path, state(items))
