"""`codegen eval mtpb`: grow the programs of the Multi-Turn Programming Benchmark and run them."""

from __future__ import annotations

from typing import Annotated, Literal

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


def mtpb(
    out: e.Out,
    data: score.Data = None,
    limit: e.Limit = None,
    single_turn: Annotated[
        bool,
        typer.Option("--single-turn", help="Give all prompts at once, for one completion."),
    ] = False,
    restart: e.Restart = False,
    as_json: o.Json = False,
    samples: Annotated[
        int,
        typer.Option(
            "--samples",
            "-n",
            min=1,
            help="For each of a problem's inputs; the paper draws 40.",
            rich_help_panel="Sampling",
        ),
    ] = 1,
    temperature: Annotated[
        float,
        typer.Option(
            "--temperature",
            "-T",
            min=0.0,
            max=10.0,
            help="0 is greedy.",
            rich_help_panel="Sampling",
        ),
    ] = o.TEMPERATURE,
    top_p: e.TopP = o.TOP_P,
    max_tokens: Annotated[
        int | None,
        typer.Option(
            "--max-tokens",
            min=1,
            help="The longest completion of a turn; by default each problem's own, or 256.",
            rich_help_panel="Sampling",
        ),
    ] = None,
    seed: e.Seed = o.SEED,
    stop_rules: Annotated[
        Literal["paper", "terminals"] | None,
        typer.Option(
            "--stop-rules",
            help="What ends a completion: the paper's rules, or those but the second print and "
            "def. By default the paper's, and for --single-turn the others.",
            rich_help_panel="Sampling",
        ),
    ] = None,
    mode: Annotated[
        Literal["reference", "strict", "both"],
        typer.Option(
            "--mode",
            help="How to compare: the released rules, strict ones, or both with the differences.",
            rich_help_panel="Scoring",
        ),
    ] = "reference",
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
    """Measure a model on MTPB: programs grown prompt by prompt, five inputs a problem.

    Each prompt becomes a comment and the model writes the code under it, as in `codegen run`; the
    finished program passes when it prints what is expected. Samples are appended to the folder as
    they come: after Ctrl-C or a crash the same command goes on, and the result is the same.

    Examples:

      codegen eval mtpb --out run

      codegen eval mtpb --out single --single-turn -T 0

      codegen eval mtpb --out paper --samples 40 --model ./350M-mono.gguf --mode both
    """
    from codegen_cli.evaluation.benchmark_data import load_mtpb
    from codegen_cli.evaluation.manifest import Asked
    from codegen_cli.evaluation.plan import Draw, mtpb_tasks, units

    temperatures = e.check_temperatures([temperature], samples)
    rules = stop_rules or ("terminals" if single_turn else "paper")
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
    problems, file = load_mtpb(data)
    draw = Draw(samples, temperatures, top_p, seed, max_tokens)
    turns = "single" if single_turn else "multi"
    sha256 = model_sha256_of(model, settings)
    used = adapters_used(settings, cluster)
    cases = sum(len(problem.inputs) for problem in problems)
    wanted = Wanted(
        out=out,
        model=model,
        asked=Asked(
            benchmark="mtpb",
            data=file,
            problems=len(problems),
            limit=limit,
            draw=draw,
            settings=settings,
            model_sha256=sha256,
            adapters=used,
            turns=turns,
            stop_rules=rules,
            cases=cases,
        ),
        units=list(
            units(
                mtpb_tasks(problem, draw, single_turn=single_turn, stop_rules=rules)
                for problem in problems[:limit]
            )
        ),
        restart=restart,
        perplexity=perplexity,
        mode=mode,
        cluster=cluster,
    )
    with drawn(wanted):
        if no_score:
            console.note(f"score them with: codegen eval score mtpb {out}")
            return
        score.mtpb(out, data=data, mode=mode, workers=workers, unsafe=unsafe, as_json=as_json)
        note_scoring(out, mode)
