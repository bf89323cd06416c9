"""torch's archives, made by hand: what is read, and archives that torch would not write."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from rawcheckpoint import (
    Member,
    archive,
    mapping,
    program,
    storage,
    tensor,
    torch_file,
    torch_members,
    write,
)

from codegen_cli.convert.checkpoint import open_checkpoint, torch_zip, zip_directory
from codegen_cli.errors import CheckpointError

VALUES = np.arange(24, dtype=np.float32)
RAW = VALUES.tobytes()
STORAGES = {"0": RAW}
WHOLE = tensor(storage("0", 24), (4, 6), (6, 1))
GOOD_PICKLE = program(mapping({"w": WHOLE}))
GOOD = torch_file(GOOD_PICKLE, STORAGES)
P = "pytorch_model/"


def refusal(folder: Path, data: bytes) -> str:
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(write(folder, data))
    message = str(caught.value)
    assert message.startswith(str(folder / "pytorch_model.bin"))
    assert "\n" not in message
    return message.removeprefix(str(folder))


def test_byteorder_may_be_missing(tmp_path: Path) -> None:
    members = torch_members(program(mapping({"w": WHOLE})), STORAGES)
    data = archive([member for member in members if "byteorder" not in member.name])
    with open_checkpoint(write(tmp_path, data)) as checkpoint:
        np.testing.assert_array_equal(checkpoint.tensors["w"].float32().ravel(), VALUES)


def replaced(old: str, *new: Member) -> bytes:
    """Return a good archive with one entry replaced."""
    members = torch_members(program(mapping({"w": WHOLE})), STORAGES)
    at = [member.name for member in members].index(f"pytorch_model/{old}")
    return archive([*members[:at], *new, *members[at + 1 :]])


BROKEN_ARCHIVES = {
    "compressed": (replaced("data/0", Member(P + "data/0", RAW, method=8)), "compressed entry"),
    "compressed pickle": (
        replaced("data.pkl", Member(P + "data.pkl", GOOD_PICKLE, method=8)),
        "compressed entry 'pytorch_model/data.pkl'",
    ),
    "encrypted": (replaced("data/0", Member(P + "data/0", RAW, flags=0x801)), "encrypted entry"),
    "big-endian": (replaced("byteorder", Member(P + "byteorder", b"big")), "big-endian"),
    "odd byte order": (replaced("byteorder", Member(P + "byteorder", b"littlest")), "big-endian"),
    "no pickle": (replaced("data.pkl"), "it has 0 data.pkl"),
    "deep pickle": (replaced("data.pkl", Member("a/b/data.pkl", GOOD_PICKLE)), "has 0 data.pkl"),
    "two pickles": (
        replaced("data.pkl", Member(P + "data.pkl", b""), Member("b/data.pkl", GOOD_PICKLE)),
        "it has 2 data.pkl",
    ),
    "duplicate": (
        replaced("data/0", Member(P + "data/0", RAW), Member(P + "data/0", RAW)),
        "two entries of one name",
    ),
    "size beyond": (replaced("data/0", Member(P + "data/0", RAW, size=2**31)), "not whole"),
    "no storages": (replaced("data/0"), "'0' is not in the archive"),
    "tar": (b"x" * 257 + b"ustar" + b"x" * 300, "torch before 1.6"),
    "legacy": (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "weights_only=True"),
    "html": (b"<!DOCTYPE html><html>", "neither an archive"),
    "empty": (b"", "is empty"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\n", "git lfs pull"),
    "only a magic": (b"PK\3\4", "BadZipFile"),
}


@pytest.mark.parametrize("case", BROKEN_ARCHIVES)
def test_broken_archives(tmp_path: Path, case: str) -> None:
    data, message = BROKEN_ARCHIVES[case]
    assert message in refusal(tmp_path, data)


def test_a_local_header_that_differs(tmp_path: Path) -> None:
    at = GOOD.index(b"pytorch_model/data/0")
    assert "not where it should be" in refusal(tmp_path, GOOD[:at] + b"q" + GOOD[at + 1 :])


def test_a_local_header_without_its_magic(tmp_path: Path) -> None:
    at = GOOD.index(b"pytorch_model/data/0") - 30
    assert GOOD[at : at + 2] == b"PK"
    assert "not where it should be" in refusal(tmp_path, GOOD[:at] + b"QK" + GOOD[at + 2 :])


def test_a_changed_pickle(tmp_path: Path) -> None:
    assert "checksum" in refusal(tmp_path, GOOD.replace(b"cpu", b"gpu", 1))


def test_a_huge_pickle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch_zip, "MAX_PICKLE_BYTES", 10)
    assert "a pickle of" in refusal(tmp_path, GOOD)


def test_a_huge_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zip_directory, "MAX_DIRECTORY_BYTES", 60)
    assert "the list of entries would take" in refusal(tmp_path, GOOD)
