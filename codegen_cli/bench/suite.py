"""All measures of one model, in order."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from codegen_cli.bench.bench import Bench
from codegen_cli.bench.limits import measure_limits
from codegen_cli.bench.loading import time_loads
from codegen_cli.bench.machine import machine, peak_memory, versions
from codegen_cli.bench.plan import plan_for
from codegen_cli.bench.report import Report
from codegen_cli.bench.rows import rows_of
from codegen_cli.bench.speeds import candidate_speed, decode_speeds, prompt_speeds
from codegen_cli.bench.turns import speculation, turn_latency
from codegen_cli.bench.weights import weights_of
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.threads import model_threads
from codegen_cli.settings import EngineSettings

_MEASURES = (prompt_speeds, decode_speeds, candidate_speed, turn_latency, speculation)


def measure(
    path: Path,
    settings: EngineSettings,
    *,
    quick: bool,
    should_stop: Callable[[], bool],
    say: Callable[[str], None],
) -> Report:
    """Measure a model; `say` is told what is being done.

    Raises:
        Interrupted: `should_stop` said so.
    """
    before = machine()
    threads = settings.threads or model_threads(path)
    say("loading")
    with LlamaEngine(path, settings) as engine:
        info, placement, n_ctx = engine.info, engine.placement, engine.n_ctx
        plan = plan_for(n_ctx, quick=quick)
        bench = Bench(engine, weights_of(read_gguf(path).tensors), plan, should_stop, say)
        # The first decode after loading also reads the weights into memory.
        bench.answer(bench.new_program(plan.decode_prompt), 2)
        results = [result for each in _MEASURES for result in each(bench)]
    peak = peak_memory()
    say("loading again")
    loads = time_loads(lambda: LlamaEngine(path, settings), plan, info.size, should_stop)
    say("measuring the machine's limits")
    limits = measure_limits(plan, threads, should_stop)
    return Report(
        machine=before,
        versions=versions(),
        model=asdict(info),
        settings={
            "placement": placement,
            "threads": threads,
            "context": n_ctx,
            "quick": quick,
            "plan": asdict(plan),
        },
        limits=limits,
        peak_memory_bytes=peak,
        rows=rows_of([loads, *results], limits if placement.startswith("CPU") else None),
    )
