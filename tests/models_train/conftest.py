"""Small models, rows and settings; all of this folder needs JAX."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

# Compilation is most of the time here, and speed of what is compiled nothing.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)
os.environ.setdefault("JAX_PLATFORMS", "cpu")

# The trainer is no part of the package: import it from the clone, after what is installed.
sys.path.append(str(Path(__file__).resolve().parents[2]))

if any(find_spec(name) is None for name in ("jax", "flax", "optax", "orbax", "tensorboardX")):
    collect_ignore_glob = ["test_*.py"]

from train_rows import write_rows

from models.train.rows import Sequences, read_rows
from models.train.settings import Training


@pytest.fixture
def rows(tmp_path: Path) -> Sequences:
    """Return a few weighted sequences of 8 tokens."""
    return read_rows(write_rows(tmp_path / "rows"), sequence=8, vocab=64)


@pytest.fixture
def training() -> Callable[..., Training]:
    """Return settings of a short run, with changes."""

    def make(**changes: Any) -> Training:
        settings: dict[str, Any] = {
            "steps": 6,
            "batch": 4,
            "sequence": 8,
            "learning_rate": 1e-2,
            "warmup": 2,
            "z_loss": 1e-3,
            "log_every": 1,
            "save_every": 3,
            "peak_tflops": 0.1,
        }
        return Training(**{**settings, **changes})

    return make
