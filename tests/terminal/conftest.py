"""Run the real program in a process of its own, with a home of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from process import Run


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
