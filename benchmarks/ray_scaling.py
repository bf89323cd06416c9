"""How an evaluation scales over Ray workers on this machine, and what that means for the paper's.

    python -m benchmarks.ray_scaling --rounds 5
    python -m benchmarks.ray_scaling --data HumanEval.jsonl.gz --model MODEL.gguf --threads 1

Draws the same units with one worker and with two, by turns, with the models already loaded, on one
cluster. The ratio is taken round by round, so that what else the machine does meets both. The
projection is `projected_seconds`; its docstring explains it.
"""

from __future__ import annotations

import argparse
import json
import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from codegen_cli import hardware
from codegen_cli.engine.open_model import model_path
from codegen_cli.evaluation.benchmark_data import load_humaneval
from codegen_cli.evaluation.plan import Draw, Unit, humaneval_tasks, units
from codegen_cli.evaluation.ray_cluster import Share, ray_cluster
from codegen_cli.evaluation.ray_workers import RayWorkers, ray_workers
from codegen_cli.evaluation.task import key_of
from codegen_cli.evaluation.worker import WorkerModel
from codegen_cli.evaluation.workers import spread
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.settings import EVALUATION_CACHE, EngineSettings

#: The paper's HumanEval: problems, and samples of a problem (200 at three temperatures).
PROBLEMS, SAMPLES = 164, 600


@dataclass(frozen=True)
class Round:
    """The seconds that one worker and several took for the same samples."""

    one: float
    many: float

    @property
    def ratio(self) -> float:
        """Return how many times as fast several were."""
        return self.one / self.many


def projected_seconds(
    workers: int, seconds_a_sample: float, efficiency: float, startup: float
) -> float:
    """Return the time of 164 × 200 × 3 samples: T = S + ⌈P / W⌉ · n · t / e.

    A unit is a problem with its n = 600 samples, and workers take whole units, so W workers need
    ⌈P / W⌉ rounds of P = 164. t is a worker's time a sample, e the efficiency (the measured ratio
    over the number of workers; workers on machines of their own have e near 1), S the startup.
    """
    rounds = math.ceil(PROBLEMS / workers)
    return startup + rounds * SAMPLES * seconds_a_sample / efficiency


def draw(workers: RayWorkers, some: Sequence[Unit]) -> tuple[float, int]:
    """Return the seconds that workers take for units, and the tokens that were drawn."""
    started = time.perf_counter()
    rows = {key_of(row): row for row in spread(some, workers, on_loss=print)}
    assert len(rows) == sum(len(unit.tasks) for unit in some)
    return time.perf_counter() - started, sum(row["tokens"] for row in rows.values())


def wait_for_all(workers: RayWorkers, count: int) -> None:
    """Return when every worker has loaded its model."""
    while len(workers.opened) < count:
        workers.reports(0.2)


def measure(options: argparse.Namespace) -> dict[str, Any]:
    """Run the rounds and return all figures."""
    settings = EngineSettings(gpu_layers="0", threads=options.threads, kv_tokens=EVALUATION_CACHE)
    problems, _ = load_humaneval(options.data)
    plan = Draw(options.samples, (0.2,), 0.95, 42, options.max_tokens)
    some = list(units(humaneval_tasks(problem, plan) for problem in problems[: options.problems]))
    model = WorkerModel(options.model, model_sha256(model_path(options.model, settings)), settings)
    rounds, tokens, started = list[Round](), 0, time.perf_counter()
    with (
        ray_cluster("local", cpus=options.workers + 1) as ray,
        ray_workers(ray, model, Share(1, cpus=1, gpus=0)) as one,
    ):
        wait_for_all(one, 1)
        startup = time.perf_counter() - started
        with ray_workers(ray, model, Share(options.workers, cpus=1, gpus=0)) as many:
            wait_for_all(many, options.workers)
            for number in range(options.rounds):
                order = (one, many) if number % 2 == 0 else (many, one)
                times = {id(workers): draw(workers, some) for workers in order}
                tokens = times[id(one)][1]
                rounds.append(Round(times[id(one)][0], times[id(many)][0]))
    return summary(options, some, rounds, tokens, startup)


def summary(
    options: argparse.Namespace,
    some: Sequence[Unit],
    rounds: Sequence[Round],
    tokens: int,
    startup: float,
) -> dict[str, Any]:
    """Put the figures together."""
    samples = sum(len(unit.tasks) for unit in some)
    ratios = sorted(found.ratio for found in rounds)
    each = statistics.median(found.one for found in rounds) / samples
    efficiency = statistics.median(ratios) / options.workers
    return {
        "processor": hardware.processor(),
        "model": options.model,
        "threads_a_worker": options.threads,
        "units": len(some),
        "samples": samples,
        "tokens_a_sample": round(tokens / samples, 1),
        "workers": options.workers,
        "rounds": [asdict(found) for found in rounds],
        "ratio": {"median": statistics.median(ratios), "low": ratios[0], "high": ratios[-1]},
        "seconds_a_sample": each,
        "startup_seconds": startup,
        "projection_hours": {
            str(count): projected_seconds(count, each, 1.0, startup) / 3600
            for count in (1, 2, 8, 41, 82, 164)
        },
        "projection_hours_here": projected_seconds(options.workers, each, efficiency, startup)
        / 3600,
    }


def main() -> None:
    """Measure and print JSON."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--model", default="nano")
    parser.add_argument("--data", type=Path)
    parser.add_argument("--problems", type=int, default=4)
    parser.add_argument("--samples", type=int, default=256)
    parser.add_argument("--max-tokens", type=int, default=64)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--rounds", type=int, default=5)
    print(json.dumps(measure(parser.parse_args()), indent=2))


if __name__ == "__main__":
    main()
