"""Small models, rows and settings; all of this folder needs JAX."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from checkpoints import shared
from train_rows import write_rows

# Compilation is most of the time here, and speed of what is compiled nothing.
os.environ.setdefault(
    "XLA_FLAGS", "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
)
os.environ.setdefault("JAX_PLATFORMS", "cpu")

for _name in ("jax", "flax", "optax", "orbax.checkpoint", "tensorboardX"):
    pytest.importorskip(_name)

from models.train.rows import Sequences, read_rows  # noqa: E402
from models.train.settings import Training  # noqa: E402


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


@pytest.fixture(scope="session")
def nano() -> Path:
    """Return the small trained checkpoint."""
    found = shared("checkpoints/nano")
    if found is None:
        pytest.skip("the optional folder shared/checkpoints/nano is absent")
    return found
