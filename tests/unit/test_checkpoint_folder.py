"""Which files of a folder are read, shard lists, and what is said when there is nothing to read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np
import pytest
from rawcheckpoint import mapping, program, safetensors, storage, tensor, torch_file, write

from codegen_cli.convert.checkpoint import Checkpoint, LazyTensor, open_checkpoint
from codegen_cli.errors import CheckpointError

INDEX, SHARDS = "model.safetensors.index.json", ["model-00001-of-2.safetensors", "b.safetensors"]


def tensors(*names: str) -> bytes:
    return safetensors({name: ("F32", [1], np.float32(len(name)).tobytes()) for name in names})


def pickled(*names: str) -> bytes:
    weight = tensor(storage("0", 1), (1,), (1,))
    return torch_file(program(mapping(dict.fromkeys(names, weight))), {"0": bytes(4)})


def sharded(folder: Path, index: object, first: tuple[str, ...], second: tuple[str, ...]) -> Path:
    write(folder, json.dumps(index).encode(), INDEX)
    write(folder, tensors(*first), SHARDS[0])
    return write(folder, tensors(*second), SHARDS[1])


def promise(**owners: int) -> dict[str, object]:
    return {"metadata": {}, "weight_map": {name: SHARDS[at] for name, at in owners.items()}}


def refusal(folder: Path) -> str:
    with pytest.raises(CheckpointError) as caught:
        open_checkpoint(folder)
    return str(caught.value)


def test_lookup_order(tmp_path: Path) -> None:
    pickle_index = {"weight_map": {"four": "shard.bin"}}
    write(tmp_path, pickled("four"), "shard.bin")
    steps = [
        ("pytorch_model.bin.index.json", json.dumps(pickle_index).encode(), "four", "pytorch"),
        ("pytorch_model.bin", pickled("three"), "three", "pytorch"),
        (INDEX, json.dumps({"weight_map": {"two": "two.safetensors"}}).encode(), "two", ""),
        ("model.safetensors", tensors("one"), "one", "safetensors"),
    ]
    write(tmp_path, tensors("two"), "two.safetensors")
    for file, data, name, format in steps:
        write(tmp_path, data, file)
        with open_checkpoint(tmp_path) as checkpoint:
            assert list(checkpoint.tensors) == [name]
            assert checkpoint.format == (format or "safetensors")
            assert all(path.suffix != ".json" for path in checkpoint.files)


def test_shards(tmp_path: Path) -> None:
    sharded(tmp_path, promise(a=0, bb=1, ccc=0), ("a", "ccc"), ("bb",))
    with open_checkpoint(tmp_path) as checkpoint:
        assert isinstance(checkpoint, Checkpoint)
        assert checkpoint.files == (tmp_path / SHARDS[1], tmp_path / SHARDS[0])
        found = checkpoint.tensors
        assert {name: tensor.path.name for name, tensor in found.items()} == {
            "a": SHARDS[0],
            "bb": SHARDS[1],
            "ccc": SHARDS[0],
        }
        for name, lazy in found.items():
            assert isinstance(lazy, LazyTensor)
            assert lazy.float32() == len(name)
        with pytest.raises(TypeError):
            found["a"] = lazy  # type: ignore[index]


def test_a_mask_may_be_promised(tmp_path: Path) -> None:
    write(tmp_path, json.dumps({"weight_map": {"w": "s", "mask": "s"}}).encode(), INDEX)
    entries = {"w": ("F32", [1], bytes(4)), "mask": ("U8", [2], bytes(2))}
    write(tmp_path, safetensors(entries), "s")
    with open_checkpoint(tmp_path) as checkpoint:
        assert dict(checkpoint.other) == {"mask": "U8"}


def test_a_shard_is_missing(tmp_path: Path) -> None:
    sharded(tmp_path, promise(a=0, b=1), ("a",), ("b",))
    (tmp_path / SHARDS[1]).unlink()
    assert f"{tmp_path / SHARDS[1]} is missing" in refusal(tmp_path)


def test_a_shard_lacks_a_tensor(tmp_path: Path) -> None:
    sharded(tmp_path, promise(a=0, b=1), ("a", "b"), ("c",))
    assert f"promises 'b' in {SHARDS[1]}, which lacks it" in refusal(tmp_path)


def test_a_tensor_in_two_shards(tmp_path: Path) -> None:
    sharded(tmp_path, promise(a=0, b=1), ("a",), ("b", "a"))
    message = refusal(tmp_path)
    assert "has 'a' in both" in message
    assert SHARDS[0] in message
    assert SHARDS[1] in message


def test_a_broken_shard_is_named(tmp_path: Path) -> None:
    sharded(tmp_path, promise(a=0, b=1), ("a",), ("b",))
    write(tmp_path, tensors("b")[:-1], SHARDS[1])
    assert refusal(tmp_path).startswith(f"{tmp_path / SHARDS[1]} is truncated")


@pytest.mark.parametrize(
    "name",
    ["../a", "a/b", "/etc/passwd", "..", ".", "", "a\\b", "C:a", "a\0b", "./a", 1, None, ["a"]],
)
def test_names_that_leave_the_folder(tmp_path: Path, name: object) -> None:
    write(tmp_path, json.dumps({"weight_map": {"w": name}}).encode(), INDEX)
    message = refusal(tmp_path)
    assert message.startswith(str(tmp_path / INDEX))
    assert "not a file of its folder: refused" in message or "not text" in message


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"", "is empty"),
        (b"{", "damaged: JSONDecodeError"),
        (b"[]", "not a JSON object"),
        (b"{}", "no weight_map"),
        (b'{"weight_map": {}}', "no weight_map"),
        (b'{"weight_map": []}', "no weight_map"),
        (b'{"weight_map": {"w": "a", "w": "b"}}', "'w' is there twice"),
        (b'{"weight_map": ' + b"[" * 100_000, "RecursionError"),
        (b"\xff\xfe", "UnicodeDecodeError"),
    ],
)
def test_broken_index(tmp_path: Path, data: bytes, message: str) -> None:
    got = refusal(write(tmp_path, data, INDEX))
    assert got.startswith(str(tmp_path / INDEX))
    assert message in got


def test_nothing_found(tmp_path: Path) -> None:
    message = refusal(tmp_path)
    assert str(tmp_path) in message
    for name in ("model.safetensors", INDEX, "pytorch_model.bin", "pytorch_model.bin.index.json"):
        assert name in message


@pytest.mark.parametrize("name", ["flax_model.msgpack", "tf_model.h5", "rust_model.ot"])
def test_only_other_formats(tmp_path: Path, name: str) -> None:
    message = refusal(write(tmp_path, b"x", name))
    assert f"holds {name}, which is not a format that is read" in message
    assert "supported are model.safetensors" in message


def test_not_a_folder(tmp_path: Path) -> None:
    assert "is not a folder" in refusal(tmp_path / "none")
    write(tmp_path, tensors("a"), "model.safetensors")
    assert "is not a folder" in refusal(tmp_path / "model.safetensors")


def test_symlinks_are_followed_and_dangling_ones_told(tmp_path: Path) -> None:
    blob, folder = tmp_path / "blob", tmp_path / "snapshot"
    folder.mkdir()
    (folder / "model.safetensors").symlink_to(blob)
    assert "model.safetensors is missing" in refusal(folder)
    blob.write_bytes(tensors("a"))
    with open_checkpoint(folder) as checkpoint:
        assert checkpoint.files == (folder / "model.safetensors",)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_a_pipe_does_not_block(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "model.safetensors")
    assert "not a regular file" in refusal(tmp_path)


def test_a_folder_in_place_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "pytorch_model.bin").mkdir()
    assert "not a regular file" in refusal(tmp_path)


def test_no_permission(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def deny(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    write(tmp_path, tensors("a"), "model.safetensors")
    monkeypatch.setattr(Path, "open", deny)  # a real mode would not stop root
    assert (
        refusal(tmp_path) == f"{tmp_path / 'model.safetensors'} cannot be read: Permission denied"
    )


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="counts /proc/self/fd")
def test_a_refusal_leaves_nothing_open(tmp_path: Path) -> None:
    sharded(tmp_path, promise(a=0, b=1), ("a",), ("c",))
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        refusal(tmp_path)
    assert len(list(Path("/proc/self/fd").iterdir())) == before
