"""Train one stage: restore or begin, step, log, evaluate, save; stop on Ctrl-C and divergence."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import jax
import numpy as np
from jax.experimental import multihost_utils

from codegen_cli import console
from codegen_cli.errors import CheckFailed, Interrupted
from codegen_cli.interrupt import interruptible
from models.train.checkpoint import Checkpoints, Json
from models.train.metrics import Figures, Metrics
from models.train.model import Decoder
from models.train.rows import Batch, Sequences, order
from models.train.settings import Training
from models.train.shape import ModelShape
from models.train.sharding import batch_sharding, make_mesh, place, state_shardings
from models.train.step import Compose, State, make_evaluation, make_step, new_state, whole
from models.train.throughput import Clock, duration, peak_flops

#: What may change between a run and its continuation: nothing that changes its losses.
_FREE = ("log_every", "save_every", "keep", "eval_every", "eval_batches", "patience", "peak_tflops")


@dataclass(frozen=True)
class StageRun:
    """One stage to train: `trained` and `frozen` are whole on every host.

    `base` is the hash of the checkpoint that all stages of the run began with, if there was one.
    """

    folder: Path
    name: str
    shape: ModelShape
    training: Training
    rows: Sequences
    trained: Any
    frozen: Any = field(default_factory=dict)
    compose: Compose = whole
    evaluation: Sequences | None = None
    base: str | None = None


def decoder_of(shape: ModelShape, training: Training) -> Decoder:
    """Return the decoder that a stage trains."""
    dtype = np.dtype(training.dtype)
    return Decoder(shape, dtype, training.scan, training.remat, training.mixed)


def train_stage(run: StageRun) -> Any:
    """Train from the newest checkpoint, or from the start, and return the trained weights.

    Raises:
        Interrupted: Ctrl-C was pressed; the state is saved.
        CheckFailed: too many updates in a row were refused: the training diverged.
        UsageError: the checkpoint to resume belongs to other settings.
    """
    mesh = make_mesh(run.training, run.shape)
    state = jax.eval_shape(lambda: new_state(run.trained, run.training))
    shardings = state_shardings(mesh, state)
    frozen = place(run.frozen, state_shardings(mesh, run.frozen))
    with Checkpoints(run.folder / "checkpoints", run.training.keep) as checkpoints:
        found = checkpoints.latest()
        if found is None:
            state = place(new_state(run.trained, run.training), shardings)
        else:
            like = jax.tree.map(
                lambda leaf, at: jax.ShapeDtypeStruct(leaf.shape, leaf.dtype, sharding=at),
                state,
                shardings,
            )
            state = checkpoints.restore(found, like, about(run))
        return _Loop(run, mesh, shardings, frozen, checkpoints).run(state).trained


def about(run: StageRun) -> Json:
    """Return what a checkpoint belongs to: the settings that determine the losses."""
    training = {key: value for key, value in asdict(run.training).items() if key not in _FREE}
    base = {"base": run.base} if run.base else {}
    of_data = {"data": run.rows.fingerprint}
    return {"stage": run.name, **asdict(run.shape), **training, **of_data, **base}


class _Loop:
    def __init__(
        self, run: StageRun, mesh: Any, shardings: Any, frozen: Any, checkpoints: Checkpoints
    ) -> None:
        decoder = decoder_of(run.shape, run.training)
        self._run, self._frozen, self._checkpoints = run, frozen, checkpoints
        self._place = batch_sharding(mesh)
        self._step = jax.jit(
            make_step(decoder, run.training, run.compose),
            out_shardings=(shardings, None),
            donate_argnums=0,
        )
        self._evaluate = jax.jit(make_evaluation(decoder, run.compose))
        self._clock = Clock()
        self._first = jax.process_index() == 0

    def run(self, state: State) -> State:
        training, begin = self._run.training, int(state.step)
        if begin >= training.steps:
            return state
        if begin:
            console.note(f"{self._run.name}: resumed after step {begin}")
        self._peak = peak_flops(training)
        with _log(self._run, begin, self._first) as log, interruptible() as pressed:
            for step in range(begin + 1, training.steps + 1):
                state, metrics = self._step(state, self._frozen, *self._batch(step - 1))
                self._clock.step()
                last = step == training.steps
                if last or step % training.log_every == 0 or step == begin + 1:
                    self._report(step, metrics, log)
                if step == begin + 1:  # it was compiled
                    self._clock.restart()
                stop = _agreed(pressed)
                if last or stop or step % training.save_every == 0:
                    self._aside(partial(self._save, step, state))
                if self._run.evaluation and (last or step % training.eval_every == 0):
                    self._aside(partial(self._validate, step, state, log))
                if stop and not last:
                    raise Interrupted(f"interrupted after step {step}, which is saved")
        return state

    def _batch(self, number: int) -> tuple[Any, Any]:
        training = self._run.training
        indices = order(len(self._run.rows), training.seed, number * training.batch, training.batch)
        return self._placed(self._run.rows, indices, training.accumulate)

    def _placed(self, rows: Sequences, indices: Any, parts: int) -> tuple[Any, Any]:
        """Put sequences where they belong; each host reads only its own."""
        table = indices.reshape(parts, -1)
        shape = (*table.shape, self._run.training.sequence)

        def of(kind: str) -> Any:
            def read(index: Any) -> Any:
                some = table[index[0], index[1]]
                batch: Batch = rows.at(some.ravel())
                return getattr(batch, kind).reshape(*some.shape, -1)

            return jax.make_array_from_callback(shape, self._place, read)

        return of("tokens"), of("weights")

    def _report(self, step: int, metrics: Any, log: Metrics | None) -> None:
        training, shape = self._run.training, self._run.shape
        figures: Figures = {key: float(value) for key, value in metrics.items()}
        seconds = self._clock.seconds_per_step()
        tokens = training.batch * training.sequence
        speed = tokens / seconds
        figures |= {
            "tokens": float(step * tokens),
            "tokens_per_second": speed,
            "utilisation": speed * shape.flops_per_token(training.sequence) / self._peak,
        }
        if log:
            eta = duration(seconds * (training.steps - step))
            log.log(step, figures, _line(step, training.steps, figures, eta))
        self._clock.restart()
        if figures["skipped_in_row"] >= training.patience:
            raise CheckFailed(*_diverged(step, figures, self._checkpoints.latest()))

    def _aside(self, work: Callable[[], None]) -> None:
        self._clock.pause()
        work()
        self._clock.go_on()

    def _save(self, step: int, state: State) -> None:
        self._checkpoints.save(step, state, about(self._run))

    def _validate(self, step: int, state: State, log: Metrics | None) -> None:
        rows = self._run.evaluation
        assert rows is not None
        size = self._run.training.batch // self._run.training.accumulate
        total = weight = 0.0
        for begin in range(0, self._run.training.eval_batches * size, size):
            if begin and begin + size > len(rows):
                break
            batch = self._placed(rows, order(len(rows), 0, begin, size), 1)
            sums = self._evaluate(state.trained, self._frozen, *batch)
            total, weight = total + float(sums[0]), weight + float(sums[1])
        loss = total / max(weight, 1e-6)
        if log:
            log.log(step, {"validation_loss": loss}, f"step {step}  validation loss {loss:.4f}")


def _log(run: StageRun, begin: int, first: bool) -> Any:
    return Metrics(run.folder, run.name, begin) if first else nullcontext()


def _agreed(pressed: Callable[[], bool]) -> bool:
    """Say whether to stop: with several hosts, all at the same step if one of them wants to."""
    if jax.process_count() == 1:
        return pressed()
    return bool(np.any(multihost_utils.process_allgather(np.array(pressed()))))


def _line(step: int, steps: int, figures: Figures, eta: str) -> str:
    skipped = f"  skipped {figures['skipped']:.0f}" if figures["skipped"] else ""
    return (
        f"step {step}/{steps}  loss {figures['loss']:.4f}  |g| {figures['gradient_norm']:.3f}  "
        f"lr {figures['learning_rate']:.2e}  {figures['tokens_per_second']:,.0f} tok/s  "
        f"MFU {figures['utilisation']:.0%}  ETA {eta}{skipped}"
    )


def _diverged(step: int, figures: Figures, saved: int | None) -> tuple[str, str]:
    at = f"the checkpoint of step {saved} is good" if saved else "no checkpoint was written"
    return (
        f"the training diverged: at step {step} the loss is {figures['loss']:.4g}, the gradient "
        f"norm {figures['gradient_norm']:.4g}, and the last {figures['skipped_in_row']:.0f} "
        "updates were refused",
        f"{at}; lower learning_rate, lengthen warmup, or look at the data of this step",
    )
