"""The model of a session: which one drew last, and its hash, which may never come."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from codegen_cli.cli.chat_session import Resumed, hash_of
from codegen_cli.program import Turn
from codegen_cli.sessions.records import Node, Provenance, StoredSession


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


def test_the_model_of_a_session_is_that_of_its_last_answer() -> None:
    made = (
        Provenance("file"),
        Provenance("model", model="a"),
        Provenance("model", model="b"),
        Provenance("model", model="a", kept_from=2),
        Provenance("user"),
    )
    nodes = tuple(Node(i, None, Turn("S.", ""), m, 0.0) for i, m in enumerate(made, 1))
    stored = StoredSession("ab", "", None, "a", 0.0, nodes, 1, False, {})
    assert Resumed(stored, file_is_its=False).drawn == made[2]
    without = replace(stored, nodes=nodes[:1])
    assert Resumed(without, file_is_its=False).drawn is None
