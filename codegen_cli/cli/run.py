"""`codegen run`: a file of steps becomes a program."""

from __future__ import annotations

import json
import sys
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli import running_options as r
from codegen_cli.cli.cases import case_number, judge_of, read_cases, steps_of_cases
from codegen_cli.cli.live import LiveView, NoView
from codegen_cli.cli.lora import adapters
from codegen_cli.cli.open_engine import Speculation, open_engine
from codegen_cli.cli.open_sandbox import open_sandbox
from codegen_cli.cli.run_show import check, deliver, show
from codegen_cli.cli.run_write import Order, Run, write_program
from codegen_cli.cli.steps import read_prefix, read_steps
from codegen_cli.errors import CodegenError, Interrupted, UsageError
from codegen_cli.files import check_output
from codegen_cli.program import Program
from codegen_cli.settings import EngineSettings, Sampling

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine


def run(
    steps: Annotated[
        str,
        typer.Argument(
            metavar="STEPS",
            help="A file of steps, one a line; a .py file (its comments are the steps); a .jsonl "
            "file of benchmark problems; or - for stdin.",
        ),
    ] = "-",
    output: o.Output = None,
    as_json: o.Json = False,
    var: o.Variables = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print the exact prompts and load no model.")
    ] = False,
    prefix: Annotated[
        str,
        typer.Option(help="What the program begins with: paper, none, or a file."),
    ] = "paper",
    no_stream: o.NoStream = False,
    partial: Annotated[
        bool,
        typer.Option("--partial", help="After Ctrl-C or an error, still print the finished turns."),
    ] = False,
    problem: Annotated[
        str | None, typer.Option(help="Which problem of a .jsonl file, by id.")
    ] = None,
    input_number: Annotated[
        int | None,
        typer.Option(
            "--input",
            min=1,
            help="Which of the problem's inputs; the first, or with --cases one that passes.",
        ),
    ] = None,
    execute: r.Execute = False,
    cases: r.Cases = None,
    search: r.Search = None,
    unsafe_no_sandbox: r.NoSandbox = False,
    candidates: o.Candidates = 1,
    guard: Annotated[
        bool,
        typer.Option(
            "--guard",
            help="Draw a step once more where the model gave no code or repeats itself without "
            "end; off, as in the paper.",
        ),
    ] = False,
    speculate: o.Speculate = False,
    context_file: o.ContextFiles = None,
    draft: o.Draft = None,
    model: o.Model = o.MODEL,
    lora: o.LoraFiles = None,
    engine_name: o.Engine = o.ENGINE,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    main_gpu: o.MainGpu = None,
    tensor_split: o.TensorSplit = None,
    threads: o.Threads = None,
    ctx: o.Context = None,
    verbose: o.Verbose = False,
    temperature: o.Temperature = o.TEMPERATURE,
    top_p: o.TopP = o.TOP_P,
    top_k: o.TopK = o.TOP_K,
    min_p: o.MinP = o.MIN_P,
    repeat_penalty: o.RepeatPenalty = o.REPEAT_PENALTY,
    max_tokens: o.MaxTokens = o.MAX_TOKENS,
    seed: o.Seed = o.SEED,
) -> None:
    """Turn a file of natural-language steps into a program.

    Each step becomes a comment; the model writes the code under it; a stop rule ends the turn,
    and the next step continues the program. Only the program goes to stdout.

    Examples:

      codegen run examples/average.txt

      codegen run steps.txt -o program.py && python program.py

      printf 'Print the numbers from 1 to 5.' | codegen run - --json

      codegen run examples/primes.txt --search beam=4,n=4
    """
    if output is not None:
        check_output(output)
    plan = r.plan_for(search, candidates, with_cases=cases is not None)
    runs = execute or plan is not None
    if guard and (candidates > 1 or plan is not None):
        raise UsageError("--guard is for one answer a step", "with several, one with code is first")
    if unsafe_no_sandbox and not runs:
        raise UsageError("--unsafe-no-sandbox runs nothing by itself", "give --execute")
    sampling = Sampling(temperature, top_p, top_k, min_p, repeat_penalty, max_tokens, seed)
    if cases is None:
        todo = [[step] for step in read_steps(steps, var or [], problem, input_number or 1)]
        order = Order(todo, sampling, candidates, plan, guard=guard)
    else:
        given = read_cases(cases, problem)
        todo = steps_of_cases(steps, var or [], problem, given)
        case = case_number(given, input_number)
        order = Order(todo, sampling, candidates, plan, judge_of(given), case)
    program = Program(prefix=read_prefix(prefix))
    if dry_run:
        _print_prompts(program, [texts[order.case or 0] for texts in order.steps], as_json=as_json)
        return
    settings = EngineSettings(
        gpu_layers,
        threads,
        ctx,
        verbose,
        main_gpu=main_gpu,
        tensor_split=o.shares(tensor_split),
        lora=adapters(lora),
        engine=engine_name,
    )
    speculation = Speculation(speculate, context_file or [], draft)
    with ExitStack() as stack:
        if runs:
            sandbox = stack.enter_context(open_sandbox(allow_unsafe=unsafe_no_sandbox))
            order = replace(order, runner=sandbox, tier=sandbox.tier)
        engine = stack.enter_context(open_engine(model, settings, speculation))
        whole = as_json or no_stream or output is not None or not sys.stdout.isatty()
        state = _written(
            engine, program, order, output, partial=partial, as_json=as_json, streams=not whole
        )
    show(state, order)
    check(state, order)


def _written(
    engine: Engine,
    program: Program,
    order: Order,
    output: Path | None,
    *,
    partial: bool,
    as_json: bool,
    streams: bool,
) -> Run:
    """Write the program and deliver it; after an error too, where that was asked for."""
    run = Run(program)
    try:
        write_program(engine, run, order, _view(on_stdout=streams))
    except (CodegenError, KeyboardInterrupt) as error:
        done = f"{len(run.turns)} of {len(order.steps)} steps were done"
        if partial and not streams:
            deliver(engine, run, order, output, as_json=as_json)
        elif run.turns and not streams:
            done += "; --partial prints them"
        console.note(done)
        raise error if isinstance(error, CodegenError) else Interrupted() from error
    if not streams:
        deliver(engine, run, order, output, as_json=as_json)
    return run


def _print_prompts(program: Program, steps: list[str], *, as_json: bool) -> None:
    """Print what the model would see, with the code of earlier turns left out."""
    prompts = []
    for number, step in enumerate(steps, 1):
        prompt = program.prompt(step)
        program = Program(prefix=prompt + "…code…\n\n")
        if as_json:
            prompts.append(prompt)
        else:
            console.emit(f"=== prompt {number} of {len(steps)} ===\n{prompt}")
    if as_json:
        console.emit(json.dumps({"prompts": prompts}, ensure_ascii=False, indent=2) + "\n")


def _view(*, on_stdout: bool) -> LiveView | NoView:
    if on_stdout:
        return LiveView(console.stdout())
    return LiveView(console.stderr()) if console.stderr().is_terminal else NoView()
