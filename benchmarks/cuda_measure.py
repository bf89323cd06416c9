"""Measure one placement of a model: its logits, its greedy text, and its speed."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.cuda_judge import Parity, Placed, Speed, equal_prefix
from codegen_cli.convert.verify import compare
from codegen_cli.engine.base import never
from codegen_cli.engine.context import BATCH_TOKENS, Context, Entry
from codegen_cli.engine.device import usable_gpus
from codegen_cli.engine.devices import compute_devices
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.memory_need import memory_need
from codegen_cli.engine.model import Model
from codegen_cli.engine.offload import RESERVE_BYTES
from codegen_cli.engine.open_context import open_context
from codegen_cli.engine.threads import default_threads
from codegen_cli.settings import EngineSettings

_CELLS = 4096
_SHARED_PROMPT = 32


@contextmanager
def opened(path: Path, gpu_layers: str, *, cells: int = _CELLS) -> Iterator[tuple[Model, Context]]:
    """Yield a model placed as asked for, with a cache for 64 sequences."""
    threads = default_threads()
    model = Model(path, EngineSettings(gpu_layers=gpu_layers, kv_tokens=cells), threads)
    context = open_context(model, cells, threads, sequences=64)
    try:
        yield model, context
    finally:
        context.close()
        model.close()


def measure_parity(
    name: str, path: Path, tokens: list[int], gpu_layers: str, *, greedy_tokens: int = 64
) -> Parity:
    """Compare a placement with the CPU: logits at every position, then a greedy text."""
    with opened(path, "0") as (_, context):
        expected_TxV = logits(context, tokens)
        wanted, margins = greedy(context, tokens, greedy_tokens)
    with opened(path, gpu_layers) as (model, context):
        distance = compare(expected_TxV, logits(context, tokens))
        found, _ = greedy(context, tokens, greedy_tokens)
        placement = model.placement
    equal = equal_prefix(wanted, found)
    return Parity(
        model=name,
        gpu_layers=gpu_layers,
        placement=str(placement),
        placed_layers=placement.gpu_layers,
        kl=distance.kl,
        relative_error=distance.relative_error,
        max_difference=distance.max_difference,
        same_argmax=distance.same_argmax,
        greedy_tokens=greedy_tokens,
        equal_tokens=equal,
        margin=margins[equal] if equal < greedy_tokens else 0.0,
    )


def logits(context: Context, tokens: list[int]) -> NDArray[np.float32]:
    """Return the logits at every position of a text of one batch (float32, T × V)."""
    context.remove(0)
    context.decode([Entry(token, i, 0, True) for i, token in enumerate(tokens)], never)
    return np.stack([context.logits_V(i) for i in range(len(tokens))])


def greedy(context: Context, tokens: list[int], count: int) -> tuple[list[int], list[float]]:
    """Return the likeliest continuation, and by how much each token beat the second one."""
    context.remove(0)
    context.decode(
        [Entry(token, i, 0, i == len(tokens) - 1) for i, token in enumerate(tokens)], never
    )
    output, drawn, margins = len(tokens) - 1, list[int](), list[float]()
    while True:
        row_V = context.logits_V(output)
        second, best = np.argpartition(row_V, -2)[-2:]
        drawn.append(int(best))
        margins.append(float(row_V[best] - row_V[second]))
        if len(drawn) == count:
            return drawn, margins
        context.decode([Entry(int(best), len(tokens) + len(drawn) - 1, 0, True)], never)
        output = 0


def measure_speed(name: str, path: Path, *, repeats: int = 5, steps: int = 24) -> list[Speed]:
    """Return the speeds of the CPU beside those of the automatic placement."""
    found = {}
    for gpu_layers in ("0", "auto"):
        with opened(path, gpu_layers) as (_, context):
            found[gpu_layers] = speeds(context, repeats=repeats, steps=steps)
    return [Speed(name, key, found["0"][key], found["auto"][key]) for key in found["0"]]


def speeds(context: Context, *, repeats: int, steps: int) -> dict[str, float]:
    """Return tokens a second by name of measure; the first round of each is not counted."""
    batch = min(BATCH_TOKENS, context.batch_tokens)
    measures: dict[str, Callable[[], float]] = {
        f"prompt of {batch}": lambda: _prompt_speed(context, batch)
    }
    for sequences in (1, 16, 64):
        # Bound now: the loop goes on before the measure runs.
        measures[f"decode {sequences}"] = lambda n=sequences: _decode_speed(context, n, steps)  # type: ignore[misc]
    return {
        name: statistics.median([measure() for _ in range(repeats + 1)][1:])
        for name, measure in measures.items()
    }


def _prompt_speed(context: Context, tokens: int) -> float:
    context.remove(0)
    entries = [Entry(10 + i % 100, i, 0, i == tokens - 1) for i in range(tokens)]
    started = time.perf_counter()
    context.decode(entries, never)
    # The GPU works on after the call; asking for logits waits for it.
    context.logits_V(tokens - 1)
    return tokens / (time.perf_counter() - started)


def _decode_speed(context: Context, sequences: int, steps: int) -> float:
    for sequence in range(context.sequences):
        context.remove(sequence)
    prompt = range(_SHARED_PROMPT)
    context.decode([Entry(10 + i, i, 0, i == _SHARED_PROMPT - 1) for i in prompt], never)
    for sequence in range(1, sequences):
        context.share(0, sequence, _SHARED_PROMPT)
    started = time.perf_counter()
    for step in range(steps):
        position = _SHARED_PROMPT + step
        context.decode([Entry(10 + s, position, s, True) for s in range(sequences)], never)
        context.logits_V(sequences - 1)
    return sequences * steps / (time.perf_counter() - started)


def measure_placed(name: str, path: Path) -> Placed:
    """Load with the automatic plan; compare plan, placement and the memory that went."""
    before = _free()
    with opened(path, "auto") as (model, context):
        logits(context, list(range(10, 42)))
        taken = before - _free()
        plan, placement = model.plan, model.placement
    need = memory_need(read_gguf(path), _CELLS, BATCH_TOKENS, devices=len(plan.devices) or 1)
    weights = [*(block + need.kv for block in need.blocks), need.output]
    on_gpu = sum(weights[need.layers - plan.gpu_layers :])
    staging = need.staging if plan.gpu_layers < need.layers else 0
    used = sum(1 for layers in plan.per_device if layers)
    return Placed(
        model=name,
        plan=plan.reason,
        planned_layers=plan.gpu_layers,
        placement=str(placement),
        placed_layers=placement.gpu_layers,
        planned_bytes=on_gpu + used * (need.compute + staging),
        taken_bytes=taken,
        reserve_bytes=RESERVE_BYTES,
    )


def _free() -> int:
    return sum(device.free_bytes for device in usable_gpus(compute_devices()))
