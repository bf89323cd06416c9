"""The shape of the model that an adapter was trained on."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from codegen_cli.convert.config import (
    CodeGenConfig,
    check_parallel_block,
    check_sizes,
    qkv_layout,
    read_config,
)
from codegen_cli.convert.gguf_source import gguf_config
from codegen_cli.engine.gguf import check_codegen, read_gguf
from codegen_cli.errors import CheckpointError


def read_base(path: Path) -> CodeGenConfig:
    """Return the shape of a checkpoint folder or of one of this project's GGUF files.

    Rows are numbered as in the checkpoint: that is what adapters are trained on.

    Raises:
        InvalidGGUF, CheckpointError: it is missing, broken, or does not say what it was made of.
    """
    config = _converted(path) if path.suffix == ".gguf" else read_config(path)
    check_parallel_block(config, f'"{path}"')
    if "model_type" not in config.raw:
        raise CheckpointError(
            f'"{path}" does not say what checkpoint it was made of',
            "give the checkpoint's folder as --base",
        )
    config = replace(config, qkv=qkv_layout(config.raw))
    check_sizes(config)
    return config


def _converted(path: Path) -> CodeGenConfig:
    file = read_gguf(path)
    check_codegen(file)
    return gguf_config(file)
