"""Run `child.py` with another library, other variables, or another ggml."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

_CHILD = Path(__file__).with_name("child.py")
_ROOT = Path(__file__).resolve().parents[2]


def start(library: Path | str = "", model: Path | str = "", **variables: str) -> subprocess.Popen:
    path = os.pathsep.join([str(_ROOT), os.environ.get("PYTHONPATH", "")])
    return subprocess.Popen(
        [sys.executable, str(_CHILD), str(library), str(model)],
        env=os.environ | {"PYTHONPATH": path} | variables,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def finish(child: subprocess.Popen) -> dict[str, Any]:
    """Return what the child says; it must neither crash nor print anything else."""
    out, errors = child.communicate(timeout=120)
    assert child.returncode == 0, errors
    return json.loads(out)


def answer(library: Path | str = "", **variables: str) -> dict[str, Any]:
    return finish(start(library, **variables))


def compiler() -> str | None:
    return shutil.which("c++") or shutil.which("g++") or shutil.which("clang++")
