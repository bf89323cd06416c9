"""Train a few steps on some devices and print the losses: a process of its own for the tests.

Arguments: rows folder, output folder, devices, model parallel, and for several hosts the
coordinator, how many, and which.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path


def main() -> None:
    rows, out, devices, parallel, *hosts = sys.argv[1:]
    # Compilation is most of the time here, and speed of what is compiled nothing.
    quick = "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"
    os.environ["XLA_FLAGS"] = f"--xla_force_host_platform_device_count={devices} {quick}"
    os.environ["JAX_PLATFORMS"] = "cpu"
    import jax

    if hosts:
        jax.distributed.initialize(hosts[0], int(hosts[1]), int(hosts[2]))
    from train_rows import SHAPE

    from models.train.settings import Recipe, Stage, Training
    from models.train.stages import Places, train_stages

    training = Training(
        steps=4,
        batch=16,
        sequence=8,
        learning_rate=1e-2,
        accumulate=2,
        log_every=1,
        model_parallel=int(parallel),
        peak_tflops=0.1,
        eval_batches=2,
    )
    recipe = Recipe("test", SHAPE, (Stage("a", training),))
    data = {"a": Path(rows)}
    train_stages(recipe, Places(Path(out), data, data))
    assert len(jax.devices()) == int(devices) * max(1, jax.process_count())


main()
