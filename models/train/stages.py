"""Train the stages of a recipe in turn: each starts from the weights of the last."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jax
import numpy as np

from codegen_cli import console
from codegen_cli.errors import UsageError
from codegen_cli.registry.fingerprint import model_sha256
from models.train.hf_export import export_weights
from models.train.hf_import import import_weights, shape_of
from models.train.model import init
from models.train.names import Params, stacked, unstacked
from models.train.rows import Sequences, read_rows
from models.train.settings import Recipe, Stage
from models.train.shape import ModelShape
from models.train.stage_run import StageRun, decoder_of, train_stage


@dataclass(frozen=True, slots=True)
class Places:
    """Where a run reads and writes; `data` and `evaluation` name rows by stage."""

    out: Path
    data: Mapping[str, Path] = field(default_factory=dict)
    evaluation: Mapping[str, Path] = field(default_factory=dict)
    start: Path | None = None  # a checkpoint in Hugging Face's layout
    tokenizer: Path | None = None
    dtype: str = "F32"  # of the exported weights


def train_stages(recipe: Recipe, places: Places) -> list[Path]:
    """Train all stages and return the exported folders.

    What an earlier run of the same command finished is not done again.

    Raises:
        CodegenError: rows, settings or checkpoints are wrong, or the training diverged.
    """
    _check_start(recipe, places)
    # All rows are opened before the first stage: a wrong path must not wait for a day.
    rows = {stage.name: _rows(stage, recipe, places) for stage in recipe.stages}
    weights: Params | None = None
    base = model_sha256(places.start) if places.start else None
    exported = []
    for stage in recipe.stages:
        if weights is None:
            weights = _begin(recipe, stage, places)
        weights = _as_wanted(weights, recipe, stage)
        own, evaluation = rows[stage.name]
        folder = places.out / stage.name
        trained = train_stage(
            StageRun(
                folder=folder,
                name=stage.name,
                shape=recipe.model,
                training=stage.training,
                rows=own,
                trained=weights,
                evaluation=evaluation,
                base=base,
            )
        )
        weights = to_host(trained)
        exported.append(export_once(weights, recipe.model, folder / "hf", places))
    return exported


def export_once(weights: Params, shape: ModelShape, output: Path, places: Places) -> Path:
    """Export by the first host alone, unless an earlier run did."""
    if jax.process_index() == 0 and not output.exists():
        export_weights(weights, shape, output, places.tokenizer, places.dtype)
        console.note(f'exported to "{output}"')
    return output


def to_host(tree: Any) -> Any:
    """Return what lies on the devices of a mesh as whole arrays in the memory of each host."""
    if jax.process_count() == 1:
        return jax.device_get(tree)
    from jax.experimental.multihost_utils import process_allgather

    return jax.tree.map(np.asarray, process_allgather(tree, tiled=True))


def _check_start(recipe: Recipe, places: Places) -> None:
    if places.start and shape_of(places.start) != recipe.model:
        raise UsageError(
            f'"{places.start}" has the shape {shape_of(places.start)}, the recipe {recipe.model}'
        )


def _begin(recipe: Recipe, stage: Stage, places: Places) -> Params:
    if places.start:
        return import_weights(places.start, stage.training.scan)
    decoder = decoder_of(recipe.model, stage.training)
    fresh: Params = jax.device_get(jax.jit(lambda: init(decoder, stage.training.seed))())
    return fresh


def _as_wanted(weights: Params, recipe: Recipe, stage: Stage) -> Params:
    """Stack or unstack the blocks as the stage wants them."""
    if stage.training.scan and "h" not in weights:
        return stacked(weights, recipe.model)
    return weights if stage.training.scan else unstacked(weights, recipe.model)


def _rows(stage: Stage, recipe: Recipe, places: Places) -> tuple[Sequences, Sequences | None]:
    def opened(folder: Path) -> Sequences:
        return read_rows(folder, stage.training.sequence, recipe.model.vocab)

    data = places.data.get(stage.name) or (Path(stage.data) if stage.data else None)
    if data is None:
        raise UsageError(f"stage {stage.name} has no data", f"--data {stage.name}=FOLDER")
    evaluation = places.evaluation.get(stage.name) or stage.eval_data
    return opened(data), opened(Path(evaluation)) if evaluation else None
