"""The model of a session: its hash is read beside the chat, and may never come."""

from __future__ import annotations

import hashlib
import threading
from pathlib import Path

import pytest

from codegen_cli.cli.chat_session import hash_of


def joined() -> None:
    for thread in threading.enumerate():
        if thread.name == "hash":
            thread.join(60)


def test_the_hash_is_that_of_the_file(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    found = hash_of(path)
    joined()
    assert found() == hashlib.sha256(b"weights").hexdigest()


def test_a_model_file_that_vanished_has_no_hash(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken: list[object] = []
    monkeypatch.setattr(threading, "excepthook", broken.append)
    folder = tmp_path / "folder"
    folder.mkdir()
    for path in (tmp_path / "gone.gguf", folder):
        found = hash_of(path)
        joined()
        assert found() is None
    assert broken == []
