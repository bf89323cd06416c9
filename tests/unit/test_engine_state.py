"""A file of evaluated tokens only reaches llama.cpp as the user's own engine wrote it."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from codegen_cli.engine import state as module
from codegen_cli.engine.state import State, read_state, write_state

STATE = State([5, 0, 51199, 7], bytearray(range(256)) * 3)
KEY = '["ab", [], "build"]'


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "kv" / "0123abcd.kv"
    assert write_state(made, KEY, STATE)
    return made


def test_what_was_written_is_read_back(path: Path) -> None:
    found = read_state(path, KEY)
    assert found is not None
    assert (found.tokens, bytes(found.data)) == (STATE.tokens, bytes(STATE.data))
    assert list(path.parent.iterdir()) == [path]


def test_file_and_folder_are_the_owners_alone(path: Path) -> None:
    assert [p.stat().st_mode & 0o777 for p in (path, path.parent)] == [0o600, 0o700]


def test_another_key_refuses_it(path: Path) -> None:
    assert read_state(path, KEY + " ") is None


def test_every_changed_byte_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    for place in range(len(whole)):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert read_state(path, KEY) is None, f"byte {place}"


def test_every_cut_and_any_addition_is_noticed(path: Path) -> None:
    whole = path.read_bytes()
    for length in range(len(whole)):
        path.write_bytes(whole[:length])
        assert read_state(path, KEY) is None, f"cut to {length}"
    path.write_bytes(whole + b"\0")
    assert read_state(path, KEY) is None


def test_random_bytes_are_refused(path: Path) -> None:
    draw = random.Random(4)
    for length in (0, 1, 84, 85, 4096):
        path.write_bytes(draw.randbytes(length))
        assert read_state(path, KEY) is None


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_file_that_others_reach_is_refused(path: Path, mode: int) -> None:
    path.chmod(mode)
    assert read_state(path, KEY) is None


def test_a_file_of_another_user_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: path.stat().st_uid + 1)
    assert read_state(path, KEY) is None


def test_links_pipes_and_folders_are_refused(path: Path) -> None:
    link, pipe = path.with_name("link"), path.with_name("pipe")
    link.symlink_to(path)
    os.mkfifo(pipe, 0o600)
    for other in (link, pipe, path.parent, path.with_name("absent")):
        assert read_state(other, KEY) is None


def test_what_is_too_large_is_neither_written_nor_read(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LARGEST", len(STATE.data) + 4 * len(STATE.tokens) - 1)
    assert read_state(path, KEY) is None
    other = path.with_name("other.kv")
    assert not write_state(other, KEY, STATE)
    assert not other.exists()


def test_a_disk_that_refuses_leaves_the_file_of_before(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError("full")

    monkeypatch.setattr(Path, "replace", refuse)
    assert not write_state(path, KEY, State([1], bytearray(b"new")))
    assert list(path.parent.iterdir()) == [path]
    found = read_state(path, KEY)
    assert found is not None and found.tokens == STATE.tokens
