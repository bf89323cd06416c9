"""Pickles that would eat time or memory: each ends soon, in little memory, in one line."""

from __future__ import annotations

import subprocess
import sys
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

WEIGHT = tensor(storage("0", 2), (2,), (1,))
STORAGES = {"0": bytes(8)}
CLASS = name("collections", "OrderedDict")
FLOATS = name("torch", "FloatStorage")

# Nested into itself 200 times: 2^200 leaves for whoever prints, hashes or compares it.
BOMB = EMPTY_TUPLE + b"q\0" + b"h\0\x86q\0" * 200
LIST_BOMB = EMPTY_LIST + b"q\1" + b"h\1a" * 3  # holds itself
DEEP = EMPTY_TUPLE + b"\x85" * 1_500_000
BOMBS = {
    "value": BOMB,
    "key": EMPTY_DICT + BOMB + NONE + b"s",
    "key of the state": EMPTY_DICT + b"(" + BOMB + NONE + b"u",
    "arguments": CLASS + BOMB + b"R",
    "called": call(BOMB),
    "id": BOMB + b"Q",
    "storage kind": tuple_(BOMB, FLOATS, text("0"), text("cpu"), integer(2)) + b"Q",
    "storage type": tuple_(text("storage"), BOMB, text("0"), text("cpu"), integer(2)) + b"Q",
    "storage key": tuple_(text("storage"), FLOATS, BOMB, text("cpu"), integer(2)) + b"Q",
    "storage place": tuple_(text("storage"), FLOATS, text("0"), BOMB, integer(2)) + b"Q",
    "storage count": tuple_(text("storage"), FLOATS, text("0"), text("cpu"), BOMB) + b"Q",
    "hooks": tensor(storage("0", 2), (2,), (1,), tail=(FALSE, BOMB)),
    "metadata": tensor(storage("0", 2), (2,), (1,), tail=(FALSE, ORDERED_DICT, BOMB)),
    "gradient": tensor(storage("0", 2), (2,), (1,), tail=(BOMB, ORDERED_DICT)),
    "storage": tensor(BOMB, (2,), (1,)),
    "name": BOMB + BOMB + b"\x93",
    "holds itself": LIST_BOMB,
    "deep tuple": DEEP,
    "deep list": EMPTY_LIST * 100_000 + b"a" * 99_999,
    "many lists": b"(" + EMPTY_LIST * 3_000_000 + b"t",
    "many memos": NONE + b"\x94" * 3_000_000,
    "long integers": b"(" + (b"\x8a\xff" + b"\x7f" * 255) * 20_000 + b"t",
    "long text": text("x" * 20_000_000),
}
READ = """
import resource, sys, time
from pathlib import Path
from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.errors import CheckpointError
resource.setrlimit(resource.RLIMIT_AS, (2 * 2**30, 2 * 2**30))
try:
    open_checkpoint(Path(sys.argv[1])).close()
    sys.stdout.write("opened")
except CheckpointError as error:
    sys.stdout.write(str(error))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="limits memory with rlimit")
@pytest.mark.parametrize("case", BOMBS)
def test_bombs_end_soon_in_little_memory(tmp_path: Path, case: str) -> None:
    pickled = program(mapping({"w": WEIGHT, "x": BOMBS[case]}, ORDERED_DICT))
    write(tmp_path, torch_file(pickled, STORAGES))
    command = [sys.executable, "-c", READ, str(tmp_path)]
    done = subprocess.run(command, timeout=30, capture_output=True, text=True, check=True)
    harmless = case == "long text"  # text beside the weights is ignored
    assert done.stdout == "opened" if harmless else str(tmp_path) in done.stdout
    assert len(done.stdout) < 500
    assert done.stderr == ""


def test_reading_loads_neither_torch_nor_pickled_code(tmp_path: Path) -> None:
    write(tmp_path, torch_file(program(mapping({"w": WEIGHT})), STORAGES))
    code = READ + "assert not {'torch', 'transformers', 'safetensors'} & set(sys.modules)\n"
    command = [sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, timeout=60, capture_output=True, text=True, check=True)
    assert done.stdout == "opened"
