"""`codegen eval humaneval`: sample the 164 functions and test them."""

from __future__ import annotations

from typing import Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli import running_options as r
from codegen_cli.cli.eval import options as e
from codegen_cli.cli.eval import score
from codegen_cli.cli.eval.sample import (
    Wanted,
    adapters_used,
    drawn,
    model_sha256_of,
    note_scoring,
)
from codegen_cli.cli.lora import adapters
from codegen_cli.settings import EVALUATION_CACHE, EngineSettings

#: The paper's (section 3): for each k the best of the three counts.
_TEMPERATURES = (0.2, 0.6, 0.8)


def humaneval(
    out: e.Out,
    data: score.Data = None,
    limit: e.Limit = None,
    restart: e.Restart = False,
    as_json: o.Json = False,
    samples: Annotated[
        int,
        typer.Option(
            "--samples",
            "-n",
            min=1,
            help="For each problem and temperature; the paper draws 200.",
            rich_help_panel="Sampling",
        ),
    ] = 1,
    temperature: e.Temperatures = None,
    top_p: e.TopP = o.TOP_P,
    max_tokens: Annotated[
        int,
        typer.Option(
            "--max-tokens",
            min=1,
            help="The longest completion; the longest canonical solution has 297 tokens.",
            rich_help_panel="Sampling",
        ),
    ] = 300,
    seed: e.Seed = o.SEED,
    perplexity: e.Perplexity = False,
    no_score: e.NoScore = False,
    workers: r.Workers = None,
    unsafe: r.NoSandbox = False,
    model: o.Model = o.MODEL,
    lora: o.LoraFiles = None,
    engine_name: o.Engine = o.ENGINE,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    main_gpu: o.MainGpu = None,
    tensor_split: o.TensorSplit = None,
    threads: o.Threads = None,
    ctx: o.Context = None,
    cache: e.Cache = EVALUATION_CACHE,
    ray: e.Ray = None,
    ray_workers: e.RayWorkers = None,
    verbose: o.Verbose = False,
) -> None:
    """Measure a model on HumanEval: functions from their docstrings, pass@1, 10 and 100.

    Each prompt is continued as it is and cut by the paper's rules; the programs run in the
    sandbox. Samples are appended to the folder as they come: after Ctrl-C or a crash the same
    command goes on, and the result is the same.

    Examples:

      codegen eval humaneval --out run

      codegen eval humaneval --out paper --samples 200 --model ./350M-mono.gguf

      codegen eval humaneval --out greedy -T 0 --limit 20 --json
    """
    from codegen_cli.evaluation.benchmark_data import load_humaneval
    from codegen_cli.evaluation.manifest import Asked
    from codegen_cli.evaluation.plan import Draw, humaneval_tasks, units

    temperatures = e.check_temperatures(temperature or list(_TEMPERATURES), samples)
    cluster = e.check_cluster(ray, ray_workers)
    settings = EngineSettings(
        gpu_layers,
        threads,
        ctx,
        verbose,
        kv_tokens=cache,
        main_gpu=main_gpu,
        tensor_split=o.shares(tensor_split),
        engine=engine_name,
        lora=adapters(lora),
    )
    problems, file = load_humaneval(data)
    draw = Draw(samples, temperatures, top_p, seed, max_tokens)
    sha256 = model_sha256_of(model, settings)
    used = adapters_used(settings, cluster)
    wanted = Wanted(
        out=out,
        model=model,
        asked=Asked("humaneval", file, len(problems), limit, draw, settings, sha256, used),
        units=list(units(humaneval_tasks(problem, draw) for problem in problems[:limit])),
        restart=restart,
        perplexity=perplexity,
        cluster=cluster,
    )
    with drawn(wanted):
        if no_score:
            console.note(f"score them with: codegen eval score humaneval {out}")
            return
        score.humaneval(out, data=data, workers=workers, unsafe=unsafe, as_json=as_json)
        note_scoring(out, None)
