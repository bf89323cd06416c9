"""The folder of evaluated tokens: bounded, and forgotten with the session."""

from __future__ import annotations

import os
import time
from pathlib import Path

from codegen_cli.engine.state import State
from codegen_cli.sessions.memory import Memories, memory_key

STATE = State([1, 2], bytearray(1000))


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_session_is_recalled_under_its_key_only(tmp_path: Path) -> None:
    memories = Memories(tmp_path)
    assert not memories.has("a")
    assert memories.keep("a", "key", STATE)
    assert memories.has("a")
    found = memories.recall("a", "key")
    assert found is not None and found.tokens == [1, 2]
    assert memories.recall("a", "other") is None
    assert memories.recall("b", "key") is None


def test_the_newest_files_stay_within_the_limit(tmp_path: Path) -> None:
    memories = Memories(tmp_path, most_bytes=2500)
    for age, session in ((3, "a"), (2, "b"), (1, "c")):
        memories.keep(session, "key", STATE)
        when = time.time() - age
        os.utime(tmp_path / f"{session}.kv", (when, when))
    assert names(tmp_path) == ["b.kv", "c.kv"]
    memories.keep("b", "key", STATE)
    memories.keep("d", "key", STATE)
    assert names(tmp_path) == ["b.kv", "d.kv"]


def test_forgetting_leaves_nothing_of_a_session(tmp_path: Path) -> None:
    memories = Memories(tmp_path)
    for session in ("ab", "abc"):
        memories.keep(session, "key", STATE)
    # What a process leaves that is killed while it writes.
    (tmp_path / ".ab.kv.17.part").write_bytes(b"half")
    memories.forget("ab")
    memories.forget("never kept")
    assert names(tmp_path) == ["abc.kv"]


def test_what_killed_processes_left_goes_after_an_hour(tmp_path: Path) -> None:
    memories = Memories(tmp_path)
    for name, age in (("old", 4000), ("new", 10)):
        part = tmp_path / f".{name}.kv.17.part"
        part.write_bytes(b"half")
        os.utime(part, (time.time() - age, time.time() - age))
    memories.keep("a", "key", STATE)
    assert names(tmp_path) == [".new.kv.17.part", "a.kv"]


def test_weights_adapters_and_build_are_in_the_key() -> None:
    keys = {
        memory_key("m", [], "b"),
        memory_key("m2", [], "b"),
        memory_key("m", [("l", 1.0)], "b"),
        memory_key("m", [("l", 0.5)], "b"),
        memory_key("m", [], "b2"),
    }
    assert len(keys) == 5
