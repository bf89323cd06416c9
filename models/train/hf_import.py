"""Begin from a checkpoint folder in Hugging Face's layout, as `codegen convert` reads it."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.convert.checkpoint.folder import open_checkpoint
from codegen_cli.convert.config import CodeGenConfig, read_config
from codegen_cli.convert.names import map_tensors
from codegen_cli.convert.qkv import CODEGEN
from codegen_cli.errors import CheckpointError
from models.train.names import Params, from_hf
from models.train.shape import ModelShape


def shape_of(folder: Path) -> ModelShape:
    """Return the sizes of a checkpoint.

    Raises:
        CheckpointError: it is unreadable or not of CodeGen's first generation.
    """
    return _shape(read_config(folder), folder)


def import_weights(folder: Path, scan: bool = False) -> Params:
    """Return the weights of a checkpoint as float32.

    Raises:
        CheckpointError: it is damaged, or not of CodeGen's first generation.
    """
    config = read_config(folder)
    shape = _shape(config, folder)
    with open_checkpoint(folder) as checkpoint:
        shapes = {name: tensor.shape for name, tensor in checkpoint.tensors.items()}
        wanted = {
            n for target in map_tensors(config, shapes, checkpoint.other) for n in target.sources
        }
        weights = {name: checkpoint.tensors[name].float32() for name in sorted(wanted)}
    if config.tie_word_embeddings:
        weights["lm_head.weight"] = weights["transformer.wte.weight"]
    return from_hf(weights, shape, scan)


def _shape(config: CodeGenConfig, folder: Path) -> ModelShape:
    if config.qkv != CODEGEN or config.n_inner != 4 * config.n_embd:
        raise CheckpointError(
            f'"{folder}" is no CodeGen checkpoint of the first generation',
            "CodeGen2, CodeGen2.5 and GPT-J models cannot be trained here",
        )
    return ModelShape(
        layers=config.n_layer,
        width=config.n_embd,
        heads=config.n_head,
        rotary=config.rotary_dim,
        vocab=config.vocab_size,
        context=config.n_ctx,
        norm_epsilon=config.layer_norm_epsilon,
    )
