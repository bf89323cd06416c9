"""Random damage to torch's archives: a result within bounds or a `CheckpointError`, no third."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
from rawcheckpoint import (
    ORDERED_DICT,
    integer,
    mapping,
    program,
    storage,
    tensor,
    torch_file,
    write,
)

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.errors import CheckpointError

VALUES = np.arange(12, dtype=np.float32)
HELD = storage("0", 12) + b"q\1"
STORAGES = {"0": VALUES.tobytes(), "1": bytes(4)}
WEIGHTS = {
    "w": tensor(HELD, (3, 4), (4, 1)),
    "t": tensor(b"h\1", (4, 3), (1, 4)),
    "o": tensor(b"h\1", (2, 2), (4, 1), 5),
    "m": tensor(storage("1", 4, "Bool"), (4,), (1,)),
    "n": integer(300),
}
PICKLED = program(mapping(WEIGHTS, ORDERED_DICT) + mapping({"_metadata": b"}"}) + b"b")
GOOD = torch_file(PICKLED, STORAGES)


def outcome(folder: Path, data: bytes) -> str:
    """Open and read everything; any error but CheckpointError is the test's failure."""
    try:
        checkpoint = open_checkpoint(write(folder, data))
    except CheckpointError as error:
        assert "\n" not in str(error)
        return type(error.__cause__).__name__
    with checkpoint:
        for lazy in checkpoint.tensors.values():
            assert lazy.nbytes <= len(data)
            assert lazy.float32().shape == lazy.shape
    return "read"


def test_the_undamaged_file(tmp_path: Path) -> None:
    with open_checkpoint(write(tmp_path, GOOD)) as checkpoint:
        matrix = VALUES.reshape(3, 4)
        np.testing.assert_array_equal(checkpoint.tensors["w"].float32(), matrix)
        np.testing.assert_array_equal(checkpoint.tensors["t"].float32(), matrix.T)
        np.testing.assert_array_equal(checkpoint.tensors["o"].float32(), matrix[1:, 1:3])
        assert dict(checkpoint.other) == {"m": "BOOL"}


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    for length in range(len(GOOD)):
        assert outcome(tmp_path, GOOD[:length]) != "read", length


def test_flipped_bytes_of_the_archive(tmp_path: Path) -> None:
    random_ = random.Random(2)
    outcomes = set()
    for _ in range(2000):
        data = bytearray(GOOD)
        for _ in range(random_.randint(1, 3)):
            data[random_.randrange(len(data))] = random_.randrange(256)
        outcomes.add(outcome(tmp_path, bytes(data)))
    assert {"read", "Malformed", "BadZipFile"} <= outcomes


def damaged(random_: random.Random, pickled: bytes) -> bytes:
    """Change, insert, drop, repeat or move a few bytes."""
    data = bytearray(pickled)
    for _ in range(random_.randint(1, 4)):
        at, end = sorted(random_.choices(range(len(data) + 1), k=2))
        end = min(end, at + 12)
        kind = random_.randrange(4)
        if kind == 0 and at < len(data):
            data[at] = random_.randrange(256)
        elif kind == 1:
            data[at:at] = random_.choice(
                (b"0", b"(", b"t", b"R", b"h\1", b"\x8a\1\xff", b"}", b"Q")
            )
        elif kind == 2:
            del data[at:end]
        else:
            data[at:at] = data[at:end]
    return bytes(data)


def test_damaged_pickles_with_a_right_checksum(tmp_path: Path) -> None:
    random_ = random.Random(3)
    outcomes = set()
    for _ in range(2500):
        data = torch_file(damaged(random_, PICKLED), STORAGES)
        outcomes.add(outcome(tmp_path, data))
    # Deep damage was reached: refusals, broken stacks and texts, and files that still read.
    assert {"read", "Malformed", "IndexError", "KeyError"} <= outcomes
