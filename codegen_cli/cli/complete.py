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
from codegen_cli.engine.base import Engine, Prompt
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
    infill: Annotated[
        bool,
        typer.Option(
            "--infill", help="Fill the gap where the text has the marker (CodeGen2, CodeGen2.5)."
        ),
    ] = False,
    marker: Annotated[
        str, typer.Option(metavar="TEXT", help="What marks the gap for --infill.")
    ] = "<FILL>",
    truncate: Annotated[
        bool, typer.Option("--truncate", help="End a turn as `codegen run` does.")
    ] = False,
    as_json: o.Json = False,
    no_stream: o.NoStream = False,
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

      codegen complete --infill --echo -m codegen2-1B 'def double(n):<FILL>    return m'
    """
    text, suffix = _prompt(prompt), None
    if infill:
        text, suffix = _around_gap(text, marker)
        if engine_name != "llama.cpp":
            raise UsageError("--infill needs a GGUF model", "leave out --engine transformers")
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
        asked = Prompt(text, sampling, stopper, suffix)
        completion = _stream(engine, asked, show=not as_json, streams=not no_stream)
        if echo and not as_json:
            console.emit(suffix or "")
        if as_json:
            record = _record(asked, completion, engine.info.name)
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


def _around_gap(text: str, marker: str) -> tuple[str, str]:
    """Return what stands before and behind the gap."""
    count = text.count(marker) if marker else 0
    if count != 1:
        raise UsageError(
            f'the text has the marker "{marker}" {count} times, not once',
            "write it where the gap is, or choose another with --marker",
        )
    prefix, _, suffix = text.partition(marker)
    return prefix, suffix


def _stopper(stops: list[str], *, truncate: bool) -> Stopper:
    if truncate and stops:
        raise UsageError("--truncate and --stop exclude each other", "use one of them")
    if truncate:
        return StopWatcher()
    return StopStrings(stops) if stops else NoStop()


def _stream(engine: Engine, prompt: Prompt, *, show: bool, streams: bool) -> Completion:
    """Print the completion as it becomes certain, or whole, and return it."""
    shown = 0
    with interruptible() as should_stop:
        for _, item in engine.generate_many([prompt], should_stop):
            if isinstance(item, Completion):
                if show:
                    console.emit(item.text[shown:])
                return item
            if show and streams:
                shown += len(item.text)
                console.emit(item.text)
    raise AssertionError("an engine always ends with a Completion")


def _record(prompt: Prompt, completion: Completion, model: str) -> dict[str, Any]:
    settings = asdict(prompt.sampling)
    seed = settings.pop("seed")
    return {
        "prompt": prompt.text,
        "suffix": prompt.suffix,
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
