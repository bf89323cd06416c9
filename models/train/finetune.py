"""Train a released or own checkpoint further on rows or on a folder of code."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import jax

from codegen_cli.errors import UsageError
from codegen_cli.registry.fingerprint import model_sha256
from models.train.code_rows import code_rows
from models.train.hf_import import import_weights, shape_of
from models.train.lora import merging, new_adapters
from models.train.rows import Sequences, read_rows
from models.train.settings import Training
from models.train.shape import ModelShape
from models.train.stage_run import StageRun, train_stage
from models.train.stages import Places, export_once, to_host


@dataclass(frozen=True, slots=True)
class LoraSettings:
    """Rank of the adapters (0: all weights are trained) and the factor of their product."""

    rank: int = 0
    scale: float = 2.0

    def __post_init__(self) -> None:
        if self.rank < 0:
            raise UsageError(f"a LoRA rank of {self.rank} is negative")


def finetune(
    checkpoint: Path,
    data: Path,
    training: Training,
    lora: LoraSettings,
    places: Places,
    suffixes: tuple[str, ...] = (".py",),
) -> Path:
    """Train a checkpoint further and return the exported folder; adapters are merged into it.

    Raises:
        CodegenError: the checkpoint or data cannot be read, or the training diverged.
    """
    shape = shape_of(checkpoint)
    if training.sequence > shape.context:
        raise UsageError(
            f"sequence = {training.sequence} is longer than the context of {shape.context}"
        )
    rows = _rows(data, checkpoint, suffixes, training, shape)
    params = import_weights(checkpoint, training.scan)
    evaluation = places.evaluation.get("finetune")
    held_out = read_rows(evaluation, training.sequence, shape.vocab) if evaluation else None
    name = f"finetune lora {lora.rank} x {lora.scale}" if lora.rank else "finetune"
    run = StageRun(places.out, name, shape, training, rows, params, evaluation=held_out)
    run = replace(run, base=model_sha256(checkpoint))
    if lora.rank:
        adapters = new_adapters(params, lora.rank, training.seed)
        compose = merging(lora.scale)
        trained = train_stage(replace(run, trained=adapters, frozen=params, compose=compose))
        params = jax.device_get(compose(to_host(trained), params))
    else:
        params = to_host(train_stage(run))
    return export_once(params, shape, places.out / "hf", places)


def _rows(
    data: Path, checkpoint: Path, suffixes: tuple[str, ...], training: Training, shape: ModelShape
) -> Sequences:
    if not data.is_dir():
        raise UsageError(f'no such folder: "{data}"', "give a folder of rows or of code")
    if (data / "manifest.json").is_file() and any(data.glob("rows-*.npy")):
        return read_rows(data, training.sequence, shape.vocab)
    return code_rows(data, suffixes, checkpoint, training.sequence, shape.vocab)
