"""Where files of the user live: the only reader of the XDG variables."""

from __future__ import annotations

import os
from pathlib import Path


def _xdg(variable: str, fallback: str) -> Path:
    value = os.environ.get(variable, "")
    base = Path(value) if value and Path(value).is_absolute() else Path.home() / fallback
    return base / "codegen"


def data_dir() -> Path:
    """Return the folder for things worth keeping (converted models)."""
    return _xdg("XDG_DATA_HOME", ".local/share")


def models_dir() -> Path:
    """Return the folder that is searched for local GGUF files."""
    return data_dir() / "models"


def state_dir() -> Path:
    """Return the folder for history and sessions."""
    return _xdg("XDG_STATE_HOME", ".local/state")


def cache_dir() -> Path:
    """Return the folder for things that can be made again."""
    return _xdg("XDG_CACHE_HOME", ".cache")
