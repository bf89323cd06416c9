"""Compare a training step with a plain PyTorch loop of the same model: same weights, same data.

    python -m models.train.bench --batch 4 --rounds 9

Both run in one process, in turns, so that what else the machine does meets both. Seconds are of
the process's CPU time and of the clock; on a machine that is shared, the first is the measure.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from models.train.recipe import read_recipe
from models.train.settings import Training
from models.train.shape import ModelShape

#: Runs one step and returns its loss.
Step = Callable[[], float]


def jax_step(shape: ModelShape, training: Training, tokens: Any, folder: Path) -> Step:
    """Return a step of the trainer; the weights it begins with are exported to `folder`."""
    import jax

    from models.train.hf_export import export_weights
    from models.train.model import init
    from models.train.stage_run import decoder_of
    from models.train.step import make_step, new_state

    decoder = decoder_of(shape, training)
    params = jax.jit(lambda: init(decoder, 0))()
    export_weights(jax.device_get(params), shape, folder, None)
    state = [new_state(params, training)]
    step = jax.jit(make_step(decoder, training), donate_argnums=0)
    weights = np.ones(tokens.shape, np.float32)

    def run() -> float:
        state[0], metrics = step(state[0], {}, tokens[None], weights[None])
        return float(metrics["loss"])

    return run


def torch_step(
    training: Training, tokens: Any, folder: Path, threads: int, compiled: bool = False
) -> Step:
    """Return a step of CodeGenForCausalLM with AdamW and clipping, weights in float32.

    Where the recipe's products are mixed, it runs under autocast to bfloat16.
    """
    import torch
    from transformers import CodeGenForCausalLM

    torch.set_num_threads(threads)
    model = CodeGenForCausalLM.from_pretrained(folder, dtype=torch.float32).train()
    optimizer = torch.optim.AdamW(
        model.parameters(), training.learning_rate, (training.beta1, training.beta2)
    )
    ids = torch.tensor(tokens, dtype=torch.long)
    forward = torch.compile(model) if compiled else model

    def run() -> float:
        optimizer.zero_grad()
        with torch.autocast("cpu", torch.bfloat16, enabled=training.mixed):
            logits = forward(ids, use_cache=False).logits[:, :-1].float()
        loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), ids[:, 1:].flatten())
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), training.clip)
        optimizer.step()
        return float(loss.item())

    return run


def main() -> None:
    """Print the tokens per second of both and their ratio."""
    parser = argparse.ArgumentParser(prog="python -m models.train.bench", description=__doc__)
    parser.add_argument("--recipe", default="nano")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--sequence", type=int, default=512)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--threads", type=int, default=1, help="of PyTorch; JAX takes all cores")
    parser.add_argument("--mixed", action="store_true", help="bfloat16 products in both")
    parser.add_argument("--compile", action="store_true", help="also PyTorch with torch.compile")
    options = parser.parse_args()
    shape = read_recipe(options.recipe).model
    training = Training(1000, options.batch, options.sequence, 1e-3, mixed=options.mixed)
    sizes = (options.batch, options.sequence)
    tokens = np.random.default_rng(0).integers(0, shape.vocab, sizes).astype(np.int32)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "hf"
        steps = {"jax": jax_step(shape, training, tokens, folder)}
        steps["torch"] = torch_step(training, tokens, folder, options.threads)
        if options.compile:
            steps["compiled"] = torch_step(training, tokens, folder, options.threads, True)
    losses = ", ".join(f"{name} {step():.5f}" for name, step in steps.items())
    print(f"first loss: {losses}")
    times = measure(steps, options.rounds)
    for which, clock in enumerate(("cpu", "wall")):
        middle = {name: statistics.median(t[which] for t in times[name]) for name in steps}
        speed = ", ".join(f"{name} {tokens.size / s:,.0f} tok/s" for name, s in middle.items())
        best = min(seconds for name, seconds in middle.items() if name != "jax")
        ratio = best / middle["jax"]
        print(f"{clock:<5} {speed}: {ratio:.2f} x PyTorch (median of {options.rounds})")


def measure(steps: dict[str, Step], rounds: int) -> dict[str, list[tuple[float, float]]]:
    """Return the CPU and clock seconds of each step, taken in turns."""
    times: dict[str, list[tuple[float, float]]] = {name: [] for name in steps}
    for _ in range(rounds):
        for name, step in steps.items():
            cpu, wall = time.process_time(), time.perf_counter()
            step()
            times[name].append((time.process_time() - cpu, time.perf_counter() - wall))
    return times


if __name__ == "__main__":
    main()
