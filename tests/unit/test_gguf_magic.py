"""What a user is told when a file is something else than GGUF."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from codegen_cli.engine.gguf import read_gguf
from codegen_cli.errors import InvalidGGUF

SAFETENSORS = struct.pack("<Q", 90) + b'{"lm_head.weight":{"dtype":"F16"'


@pytest.mark.parametrize(
    ("head", "wrong", "advice"),
    [
        (b"", "is empty", "download"),
        (b"\0" * 4096, "starts with zeros", "download"),
        (b"version https://git-lfs.github.com/spec/v1\noid sha256:", "Git LFS", "git lfs pull"),
        (SAFETENSORS, "safetensors", "codegen convert"),
        (b"PK\x03\x04\0\0\0\0archive/data.pkl", "zip file", "codegen convert"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9", "pickle", "codegen convert"),
        (b"\x80\x04\x95", "pickle", "codegen convert"),
        (b"\x89HDF\r\n\x1a\n", "HDF5", "codegen convert"),
        (b"\x1f\x8b\x08\0", "gzip", "unpack"),
        (b"\xfd7zXZ\0", "xz archive", "unpack"),
        (b"\x28\xb5\x2f\xfd", "zstd archive", "unpack"),
        (b"model".ljust(257, b"\0") + b"ustar", "tar archive", "unpack"),
        (b"\n <!DOCTYPE html><html>", "web page", "codegen pull"),
        (b"<html lang=en>", "web page", "codegen pull"),
        (b"<?xml version='1.0'?><Error>", "web page", "codegen pull"),
        (b'{"error": "Repository not found"}', "JSON", "codegen pull"),
        (struct.pack("<I", 0x67676D6C), "GGML", "codegen convert"),
        (struct.pack("<I", 0x67676D66), "GGMF", "codegen convert"),
        (struct.pack("<I", 0x67676A74), "GGJT", "codegen convert"),
        (struct.pack("<I", 0x67676C61), "GGLA", "codegen convert"),
        (b"ggml", "GGML", "codegen convert"),
        (b"ggjt", "GGJT", "codegen convert"),
        (b"GG", "only 2 bytes", "download"),
        (b"\x1b[2J garbage", r"starts with b'\x1b[2J'", "codegen convert"),
    ],
)
def test_other_files_are_named(tmp_path: Path, head: bytes, wrong: str, advice: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(head)
    with pytest.raises(InvalidGGUF) as caught:
        read_gguf(path)
    assert wrong in caught.value.message
    assert str(path) in caught.value.message
    assert advice in caught.value.hint
    assert str(caught.value).isprintable()
