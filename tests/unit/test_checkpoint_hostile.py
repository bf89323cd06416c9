"""Pickles that attack: nothing runs, nothing hangs, memory stays small, each ends in one line."""

from __future__ import annotations

import pickletools
import re
import struct
import subprocess
import sys
from pathlib import Path

import pytest
from rawcheckpoint import (
    EMPTY_DICT,
    FALSE,
    NONE,
    ORDERED_DICT,
    call,
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

import codegen_cli.convert.checkpoint as package
from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.errors import CheckpointError

WEIGHT = tensor(storage("0", 2), (2,), (1,))
STORAGES = {"0": bytes(8)}
SYSTEM = name("os", "system")
STACK_SYSTEM = b"\x8c\x02os\x8c\x06system\x93"


def attack(folder: Path, value: bytes) -> str:
    """Return the refusal of a state dict that holds a good tensor and `value`."""
    pickled = program(mapping({"w": WEIGHT, "x": value}, ORDERED_DICT))
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(write(folder, torch_file(pickled, STORAGES)))
    return str(caught.value)


# What runs `touch canary` in a reader that unpickles; {} is the shell command as pushed text.
RUNS = {
    "GLOBAL REDUCE": lambda command: call(SYSTEM, command),
    "posix": lambda command: call(name("posix", "system"), command),
    "STACK_GLOBAL": lambda command: STACK_SYSTEM + tuple_(command) + b"R",
    "INST": lambda command: b"(" + command + b"ios\nsystem\n",
    "OBJ": lambda command: b"(" + SYSTEM + command + b"o",
    "NEWOBJ": lambda command: name("subprocess", "Popen") + tuple_(command) + b"\x81",
    "NEWOBJ_EX": lambda command: (
        name("subprocess", "Popen")
        + tuple_(tuple_(text("sh"), text("-c"), command))
        + EMPTY_DICT
        + b"\x92"
    ),
    "eval": lambda command: call(
        name("builtins", "eval"), text("__import__('os').system('touch canary')")
    ),
    "dotted": lambda command: (
        b"\x8c\x08builtins\x8c\x04eval\x93"
        + tuple_(text("__import__('os').system('touch canary')"))
        + b"R"
    ),
    "BUILD on a class": lambda command: (
        name("collections", "OrderedDict") + b")R" + mapping({"y": call(SYSTEM, command)}) + b"b"
    ),
    "argument of a tensor": lambda command: tensor(
        storage("0", 2), (2,), (1,), tail=(FALSE, call(SYSTEM, command))
    ),
    "persistent id": lambda command: tuple_(text("storage"), call(SYSTEM, command)) + b"Q",
}


@pytest.mark.parametrize("case", RUNS)
def test_nothing_runs(tmp_path: Path, case: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    message = attack(tmp_path, RUNS[case](text("touch canary")))
    assert "refused" in message
    assert not (tmp_path / "canary").exists()


# These need a reader that knows torch, or start something else than a shell.
NOT_PLAIN = {"NEWOBJ", "NEWOBJ_EX", "argument of a tensor"}


@pytest.mark.skipif(sys.platform == "win32", reason="the payloads are shell commands")
@pytest.mark.parametrize("case", sorted(set(RUNS) - NOT_PLAIN))
def test_the_attacks_are_real(tmp_path: Path, case: str) -> None:
    (tmp_path / "attack").write_bytes(b"\x80\x04" + RUNS[case](text("touch canary")) + b".")
    code = "import pickle; pickle.load(open('attack', 'rb'))"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, timeout=60, capture_output=True)
    assert (tmp_path / "canary").exists()


@pytest.mark.parametrize(
    ("module", "attribute"),
    [
        ("os", "system"),
        ("builtins", "eval"),
        ("builtins", "getattr"),
        ("posix", "system"),
        ("numpy.core.multiarray", "_reconstruct"),
        ("numpy._core.multiarray", "scalar"),
        ("torch", "load"),
        ("torch", "FloatTensor"),
        ("torch.FloatStorage", ""),
        ("torch", "FloatStorage.__class__"),
        ("torch._utils", "_rebuild_tensor_v2.__globals__"),
        ("torch._utils", "_rebuild_qtensor"),
        ("torch.storage", "UntypedStorage"),
        ("torch.storage", "_load_from_bytes"),
        ("collections", "OrderedDict.fromkeys"),
        ("collections.OrderedDict", "__init__"),
        ("collections", "defaultdict"),
        ("collections ", "OrderedDict"),
        ("Collections", "OrderedDict"),
        ("codegen_cli.convert.checkpoint", "open_checkpoint"),
    ],
)
def test_other_names_are_refused_and_told(tmp_path: Path, module: str, attribute: str) -> None:
    stacked = text(module) + text(attribute) + b"\x93"
    for value in (name(module, attribute), stacked):
        message = attack(tmp_path, value)
        assert f"asks to run {module}.{attribute}, which weights never need: refused" in message


def test_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    message = attack(tmp_path, name("os\x1b[2J", "x" * 5000))
    assert "\x1b" not in message
    assert len(message) < len(str(tmp_path)) + 300
    assert r"\u043es.system" in attack(tmp_path, name("\u043es", "system"))  # a Cyrillic o


CLASS = name("collections", "OrderedDict")
REFUSED = {
    "EXT1": b"\x82\x01",
    "EXT2": b"\x83\x01\x00",
    "EXT4": b"\x84\x01\x00\x00\x00",
    "INST": b"(ios\nsystem\n",
    "OBJ": b"(" + CLASS + b"o",
    "NEWOBJ": CLASS + b")\x81",
    "NEWOBJ_EX": CLASS + b")}\x92",
    "PERSID": b"P0\n",
    "STRING": b"S'x'\n",
    "INT": b"I1\n",
    "LONG4": b"\x8b" + struct.pack("<i", 4) + b"\1\1\1\1",
    "UNICODE": b"Vx\n",
    "BINBYTES": b"B\1\0\0\0x",
    "BYTEARRAY8": b"\x96" + bytes(8),
    "NEXT_BUFFER": b"\x97",
    "EMPTY_SET": b"\x8f",
    "FROZENSET": b"(\x91",
    "DUP": NONE + b"2",
    "POP": NONE + b"0",
    "POP_MARK": b"(1",
    "DICT": b"(d",
    "LIST": b"(l",
    "BINUNICODE8": b"\x8d" + struct.pack("<Q", 2**63) + b"x",
    "no opcode": b"\xff",
}


@pytest.mark.parametrize("case", REFUSED)
def test_other_instructions_are_refused(tmp_path: Path, case: str) -> None:
    codes = {opcode.name: ord(opcode.code) for opcode in pickletools.opcodes}
    message = attack(tmp_path, REFUSED[case])
    assert f"uses pickle instruction 0x{codes.get(case, 0xFF):02x}: refused" in message


def test_extension_codes_cannot_name_a_function(tmp_path: Path) -> None:
    import copyreg
    import os

    copyreg.add_extension("os", "getcwd", 77)
    try:
        assert os.getcwd
        assert "0x82: refused" in attack(tmp_path, b"\x82\x4d)R")
    finally:
        copyreg.remove_extension("os", "getcwd", 77)


def test_no_file_of_the_package_can_unpickle() -> None:
    folder = Path(package.__file__).parent
    banned = r"^\s*(import|from) (pickle|torch|marshal|importlib)\b|\b(eval|exec|__import__)\("
    for path in folder.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        assert not re.search(banned, source, re.MULTILINE), path.name
