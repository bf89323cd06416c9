"""A stage from its start to its checkpoints: resumed bit by bit, interrupted, diverged, refused."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax
import numpy as np
import pytest
from train_rows import SHAPE

from codegen_cli.errors import CheckFailed, Interrupted, UsageError
from models.train.metrics import Metrics
from models.train.model import Decoder, init
from models.train.rows import Sequences
from models.train.settings import Training
from models.train.stage_run import StageRun, train_stage

Make = Callable[..., Training]


@pytest.fixture
def run(tmp_path: Path, rows: Sequences, training: Make) -> StageRun:
    params = jax.device_get(jax.jit(init, static_argnums=0)(Decoder(SHAPE), 0))
    return StageRun(tmp_path / "run", "nl", SHAPE, training(), rows, params, evaluation=rows)


def logged(folder: Path, key: str = "loss") -> list[tuple[int, float]]:
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    return [(one["step"], one[key]) for one in map(json.loads, lines) if key in one]


def interrupt_at(monkeypatch: pytest.MonkeyPatch, step: int) -> None:
    """Press Ctrl-C when this step is logged."""
    log = Metrics.log

    def pressing(self: Metrics, at: int, *rest: Any) -> None:
        log(self, at, *rest)
        if at == step:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Metrics, "log", pressing)


def test_an_interrupted_run_goes_on_bit_by_bit(
    run: StageRun, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = train_stage(replace(run, folder=tmp_path / "whole"))
    with monkeypatch.context() as patch:
        interrupt_at(patch, 4)
        with pytest.raises(Interrupted, match="after step 4"):
            train_stage(run)
    # A killed run leaves lines that its checkpoint does not know, the last one perhaps in part.
    with (run.folder / "metrics.jsonl").open("a") as log:
        log.write('{"step": 5, "loss": 99.0}\n{"step": 6, "lo')
    resumed = train_stage(run)
    jax.tree.map(np.testing.assert_array_equal, whole, resumed)
    assert logged(run.folder) == logged(tmp_path / "whole")
    assert [step for step, _ in logged(run.folder)] == [1, 2, 3, 4, 5, 6]
    assert [step for step, _ in logged(run.folder, "validation_loss")] == [6]
    assert any((run.folder / "tensorboard").iterdir())
    with pytest.raises(UsageError, match=r"learning_rate = 0\.5"):
        train_stage(replace(run, training=replace(run.training, learning_rate=0.5)))
    with pytest.raises(UsageError, match="base = 'other'"):
        train_stage(replace(run, base="other"))


def test_a_run_that_diverges_stops_and_says_from_where_to_go_on(
    run: StageRun, rows: Sequences, monkeypatch: pytest.MonkeyPatch
) -> None:
    at = rows.at

    def spoiled(indices: Any) -> Any:
        batch = at(indices)
        return replace(batch, weights=batch.weights * np.float32(np.nan))

    monkeypatch.setattr(rows, "at", spoiled)
    with pytest.raises(CheckFailed, match="diverged") as error:
        train_stage(replace(run, training=replace(run.training, patience=2, steps=50)))
    assert "last 2 updates" in error.value.message
    assert "no checkpoint" in error.value.hint
