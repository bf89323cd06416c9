"""Data of the parity tests that not every copy of the repository has beside it."""

from __future__ import annotations

from pathlib import Path

import pytest
from checkpoints import shared


def _folder(name: str) -> Path:
    found = shared(name)
    if found is None:
        pytest.skip(f"the optional folder shared/{name} is absent")
    return found


@pytest.fixture(scope="session")
def nano() -> Path:
    """Return the small trained checkpoint."""
    return _folder("checkpoints/nano")


@pytest.fixture(scope="session")
def gpt2_tokenizer() -> Path:
    """Return the tokenizer files of the real CodeGen models."""
    return _folder("data/gpt2_tokenizer")
