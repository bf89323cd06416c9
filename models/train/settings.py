"""What a recipe says, typed: the model, how it is trained, its stages."""

from __future__ import annotations

from dataclasses import dataclass, field

from codegen_cli.errors import UsageError
from models.train.shape import MP_NUM, ModelShape

DTYPES = ("float32", "bfloat16")


@dataclass(frozen=True, slots=True)
class Training:
    """How one stage is trained; every value is checked before anything is allocated."""

    steps: int  # optimizer steps of the stage
    batch: int  # sequences of one optimizer step, over all devices and accumulations
    sequence: int  # tokens of one sequence; divides the rows' length
    learning_rate: float  # the peak
    warmup: int = 0  # steps of linear warm-up
    decay: int = 0  # steps of the cosine after the warm-up; 0: all that are left
    final: float = 0.1  # the last learning rate, as a share of the peak
    accumulate: int = 1  # parts a batch is computed in, one after another
    weight_decay: float = 0.1  # for matrices; never for norms and biases
    beta1: float = 0.9
    beta2: float = 0.95
    epsilon: float = 1e-8
    clip: float = 1.0  # the largest global norm of the gradients
    z_loss: float = 0.0  # factor of log(Z)^2, which keeps logits from drifting
    dtype: str = "float32"  # of the computation; weights and optimizer are always float32
    mixed: bool = False  # round operands of matrix products to bfloat16; for float32 on a CPU
    scan: bool = False  # compile one block for all layers
    remat: bool = False  # compute blocks again in the backward pass instead of storing them
    model_parallel: int = 1  # devices that share one copy of the weights: 1, 2 or 4
    seed: int = 0  # of new weights and of the order of the data
    log_every: int = 10  # steps
    save_every: int = 500  # steps
    keep: int = 2  # checkpoints
    eval_every: int = 500  # steps; only with evaluation rows
    eval_batches: int = 8
    spike: float = 2.0  # nats above the running mean from which an update is skipped
    patience: int = 10  # skipped updates in a row that stop the run
    peak_tflops: float = 0.0  # of one device, for the utilisation; 0: known or measured

    def __post_init__(self) -> None:
        self._check_numbers()
        self._check_choices()
        if self.batch % self.accumulate:
            raise UsageError(
                f"batch = {self.batch} does not divide by accumulate {self.accumulate}"
            )
        if self.warmup > self.steps:
            raise UsageError(f"warmup = {self.warmup} is more than steps = {self.steps}")

    def _check_numbers(self) -> None:
        positive = "steps batch sequence learning_rate accumulate clip log_every save_every keep"
        positive += " eval_every eval_batches spike patience epsilon"
        for name in positive.split():
            if getattr(self, name) <= 0:
                raise UsageError(f"{name} = {getattr(self, name)} is not positive")
        for name in ("warmup", "decay", "weight_decay", "z_loss", "peak_tflops", "seed"):
            if getattr(self, name) < 0:
                raise UsageError(f"{name} = {getattr(self, name)} is negative")

    def _check_choices(self) -> None:
        for name in ("final", "beta1", "beta2"):
            if not 0 <= getattr(self, name) <= 1:
                raise UsageError(f"{name} = {getattr(self, name)} is not between 0 and 1")
        if self.dtype not in DTYPES:
            raise UsageError(f'dtype = "{self.dtype}" is unknown', f"one of {', '.join(DTYPES)}")
        if self.mixed and self.dtype != "float32":
            raise UsageError(f'mixed = true does not go with dtype = "{self.dtype}"')
        if MP_NUM % self.model_parallel if self.model_parallel > 0 else True:
            raise UsageError(f"model_parallel = {self.model_parallel} is not 1, 2 or 4")


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its name, how it is trained, and where its rows are by default."""

    name: str
    training: Training
    data: str = ""
    eval_data: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """A model and its stages, each of which starts from the weights of the last."""

    name: str
    model: ModelShape
    stages: tuple[Stage, ...] = field(default=())

    def __post_init__(self) -> None:
        for stage in self.stages:
            if stage.training.sequence > self.model.context:
                raise UsageError(
                    f"stage {stage.name}: sequence {stage.training.sequence} is longer than the "
                    f"context of {self.model.context}"
                )
