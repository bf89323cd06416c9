"""Run the real program in a process or a terminal of its own, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from chats import Start, command
from process import Run
from pty_driver import Terminal


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    """Return an environment whose home and XDG folders are empty."""
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("CODEGEN_", "XDG_"))}
    return {
        **kept,
        "HOME": str(tmp_path / "home"),
        "CODEGEN_THREADS": "1",
        "TERM": "xterm-256color",
    }


@pytest.fixture
def codegen(environment: dict[str, str], tmp_path: Path) -> Run:
    """Return a function that runs `codegen ARGUMENTS` without a terminal."""

    def run(*arguments: str, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "codegen_cli", *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            cwd=tmp_path,
            env={**environment, **variables},
            check=False,
        )

    return run


@pytest.fixture
def env(tmp_path: Path) -> dict[str, str]:
    """A user with nothing: an empty home, and no settings of whoever runs the tests."""
    (tmp_path / "home").mkdir()
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "XDG_STATE_HOME": str(tmp_path / "state"),
        "XDG_DATA_HOME": str(tmp_path / "data"),
        "XDG_CACHE_HOME": str(tmp_path / "cache"),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "OMP_NUM_THREADS": "1",
        # Where it is set, it names the package that is tested.
        "PYTHONPATH": os.environ.get("PYTHONPATH", ""),
    }


@pytest.fixture
def work(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    return folder


@pytest.fixture
def start(env: dict[str, str], work: Path) -> Iterator[Start]:
    """Start `codegen chat` in a terminal and wait for its prompt."""
    opened: list[Terminal] = []

    def open_chat(
        *arguments: str, prompt: str = "1> ", size: tuple[int, int] = (30, 100), **extra: str
    ) -> Terminal:
        terminal = Terminal(command(*arguments), {**env, **extra}, work, size)
        opened.append(terminal)
        terminal.expect(prompt)
        return terminal

    yield open_chat
    for terminal in opened:
        terminal.close()
