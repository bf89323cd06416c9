"""One process at a time, and what happens where no lock can be made."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from codegen_cli.errors import CodegenError
from codegen_cli.lock import alone

HOLDER = """
import sys
from codegen_cli.lock import alone
with alone("a thing"):
    print("held", flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def holder() -> subprocess.Popen[str]:
    """Return a process that holds the lock until its stdin ends."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLDER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_a_held_lock_is_an_error_or_waited_for(holder: subprocess.Popen[str]) -> None:
    with (
        pytest.raises(CodegenError, match="another process is at work on a thing"),
        alone("a thing"),
    ):
        pass
    with alone("another thing"):
        pass
    waited = []

    def on_wait() -> None:
        waited.append(holder.poll())
        holder.communicate()

    with alone("a thing", on_wait):
        assert waited == [None] and holder.returncode == 0


def test_a_killed_process_holds_nothing(holder: subprocess.Popen[str]) -> None:
    holder.kill()
    holder.communicate()
    with alone("a thing"):
        pass


def test_work_goes_on_where_no_lock_can_be_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with alone("a thing"), alone("a thing"):
        pass
