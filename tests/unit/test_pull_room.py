"""Free disk is compared with all that goes onto it."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from codegen_cli.errors import CodegenError
from codegen_cli.pull import room
from codegen_cli.pull.room import check_room

GB = 10**9


@pytest.fixture(autouse=True)
def ten_gigabytes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: SimpleNamespace(free=10 * GB))


def test_folders_that_do_not_exist_yet_are_on_the_disk_of_their_parents(tmp_path: Path) -> None:
    check_room({tmp_path / "a/b/c": 9 * GB})
    with pytest.raises(CodegenError, match=r"11.00 GB are needed .* 10.00 GB are free"):
        check_room({tmp_path / "a/b/c": 11 * GB})


def test_needs_on_one_disk_add_up(tmp_path: Path) -> None:
    check_room({tmp_path / "cache": 4 * GB, tmp_path / "models": 5 * GB})
    with pytest.raises(CodegenError, match="11.00 GB"):
        check_room({tmp_path / "cache": 6 * GB, tmp_path / "models": 5 * GB})


def test_some_room_is_left_for_everything_else(tmp_path: Path) -> None:
    with pytest.raises(CodegenError):
        check_room({tmp_path: 10 * GB})


def test_nothing_needed_is_always_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room.shutil, "disk_usage", lambda _: SimpleNamespace(free=0))
    check_room({tmp_path: 0})
