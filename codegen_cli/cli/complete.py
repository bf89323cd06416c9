"""`codegen complete`: raw completion, text in and text out."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.lora import adapters
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.engine.base import Engine
from codegen_cli.engine.records import Completion
from codegen_cli.errors import Interrupted, UsageError
from codegen_cli.files import read_input
from codegen_cli.interrupt import interruptible
from codegen_cli.program import NoStop, Stopper, StopStrings, StopWatcher
from codegen_cli.settings import EngineSettings, Sampling


def complete(
    prompt: Annotated[
        str | None,
        typer.Argument(help="The text to continue; text on stdin comes before it."),
    ] = None,
    echo: Annotated[bool, typer.Option("--echo", help="Print the prompt too.")] = False,
    stop: Annotated[
        list[str] | None, typer.Option("--stop", help="End before this text; repeatable.")
    ] = None,
    truncate: Annotated[
        bool, typer.Option("--truncate", help="End a turn as `codegen run` does.")
    ] = False,
    as_json: o.Json = False,
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
    """Continue a text exactly as it is: no comment is made of it, nothing is cut.

    Examples:

      codegen complete 'def is_even(n):'

      cat module.py | codegen complete --max-tokens 200 --stop $'\\n\\n\\n'

      codegen complete --json '# Print hello.' | jq -r .text
    """
    text = _prompt(prompt)
    stopper = _stopper(stop or [], truncate=truncate)
    sampling = Sampling(temperature, top_p, top_k, min_p, repeat_penalty, max_tokens, seed)
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
    with open_engine(model, settings) as engine:
        if echo and not as_json:
            console.emit(text)
        completion = _stream(engine, text, sampling, stopper, show=not as_json)
        if as_json:
            record = _record(text, completion, sampling, engine.info.name)
            console.emit(json.dumps(record, ensure_ascii=False) + "\n")
        elif sys.stdout.isatty():
            console.emit("\n")
    if completion.finish_reason == "interrupted":
        raise Interrupted()


def _prompt(argument: str | None) -> str:
    """Return stdin and then the argument, so that a file can be piped under an instruction."""
    if argument is not None and (sys.stdin is None or sys.stdin.isatty()):
        return argument
    piped = read_input("-")
    if not piped and argument is None:
        raise UsageError("no text to continue", "give it as an argument or on stdin")
    return piped + (argument or "")


def _stopper(stops: list[str], *, truncate: bool) -> Stopper:
    if truncate and stops:
        raise UsageError("--truncate and --stop exclude each other", "use one of them")
    if truncate:
        return StopWatcher()
    return StopStrings(stops) if stops else NoStop()


def _stream(
    engine: Engine, text: str, sampling: Sampling, stopper: Stopper, *, show: bool
) -> Completion:
    """Print the completion as it becomes certain and return it."""
    shown = 0
    with interruptible() as should_stop:
        for item in engine.generate(text, sampling, stopper, should_stop):
            if isinstance(item, Completion):
                if show:
                    console.emit(item.text[shown:])
                return item
            shown += len(item.text)
            if show:
                console.emit(item.text)
    raise AssertionError("an engine always ends with a Completion")


def _record(prompt: str, completion: Completion, sampling: Sampling, model: str) -> dict[str, Any]:
    settings = asdict(sampling)
    seed = settings.pop("seed")
    return {
        "prompt": prompt,
        "text": completion.text,
        "cut": completion.cut,
        "finish_reason": completion.finish_reason,
        "stop_rule": completion.rule,
        "prompt_tokens": completion.prompt_tokens,
        "generated_tokens": completion.generated_tokens,
        "tokens": list(completion.tokens),
        "logprobs": list(completion.logprobs),
        "seconds": round(completion.seconds, 6),
        "model": model,
        "seed": seed,
        "settings": settings,
    }
