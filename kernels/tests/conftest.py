"""The installed library, and random models of 350M's width; llama.cpp is loaded before either."""

from __future__ import annotations

from pathlib import Path

import pytest
from library import Library, installed

from codegen_cli.convert.pipeline import ConvertOptions, convert
from tests.checkpoints import write_checkpoint

TYPES = ("F16", "Q8_0", "Q4_0", "Q4_K_M", "Q5_K_M", "Q6_K")


@pytest.fixture(scope="session")
def library() -> Library:
    return installed()


class Models:
    """Conversions of one random checkpoint, made when first asked for."""

    def __init__(self, folder: Path, layers: int, width: int, heads: int, rotary: int) -> None:
        self._folder = folder
        self._checkpoint = write_checkpoint(
            folder / "checkpoint",
            n_layer=layers,
            n_embd=width,
            n_head=heads,
            rotary_dim=rotary,
            vocab_size=1000,  # no whole number of panels
            n_ctx=512,
            seed=1,
        )

    def path(self, file_type: str) -> Path:
        path = self._folder / f"{file_type}.gguf"
        if not path.exists():
            convert(
                self._checkpoint, path, ConvertOptions(file_type, verify=False), lambda *_: None
            )
        return path


@pytest.fixture(scope="session")
def models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """350M: width 1024, heads of 64, rotary 32."""
    return Models(tmp_path_factory.mktemp("350M"), 2, 1024, 16, 32)


@pytest.fixture(scope="session")
def wide_models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """2B: width 2560, heads of 80, rotary 64."""
    return Models(tmp_path_factory.mktemp("2B"), 1, 2560, 32, 64)


@pytest.fixture(scope="session")
def odd_models(tmp_path_factory: pytest.TempPathFactory) -> Models:
    """Heads of 24, which no released model has."""
    return Models(tmp_path_factory.mktemp("odd"), 2, 96, 4, 8)
