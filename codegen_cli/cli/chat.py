"""`codegen chat`: one step a turn, with retry and undo."""

from __future__ import annotations

from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from codegen_cli import console, paths
from codegen_cli.cli import options as o
from codegen_cli.cli import running_options as r
from codegen_cli.cli.chat_memory import keep_memory
from codegen_cli.cli.chat_model import ModelChoice
from codegen_cli.cli.chat_session import given_options, resumed_session
from codegen_cli.cli.lora import adapters
from codegen_cli.cli.open_chat import Beginning, open_chat
from codegen_cli.cli.open_engine import Speculation
from codegen_cli.cli.open_sandbox import open_sandbox
from codegen_cli.cli.open_sessions import complete_session
from codegen_cli.cli.steps import read_prefix
from codegen_cli.files import read_input
from codegen_cli.program import Program, parse_program
from codegen_cli.program.tree import Tree
from codegen_cli.repl.read import load_ahead
from codegen_cli.settings import EngineSettings, Sampling


def chat(
    context: typer.Context,
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="[FILE.py]",
            dir_okay=False,
            help="A program to go on with, and where /save writes; it need not exist yet.",
        ),
    ] = None,
    prefix: Annotated[
        str,
        typer.Option(help="What a new program begins with: paper, none, or a file."),
    ] = "paper",
    continue_: Annotated[
        bool,
        typer.Option(
            "--continue", "-c", help="Go on with the last session, or the last one of FILE.py."
        ),
    ] = False,
    resume: Annotated[
        str | None,
        typer.Option(
            "--resume",
            metavar="ID",
            help="Go on with this session; see `codegen sessions`.",
            autocompletion=complete_session,
        ),
    ] = None,
    no_session: Annotated[
        bool, typer.Option("--no-session", help="Keep nothing of this chat.")
    ] = False,
    execute: r.RunUnasked = False,
    unsafe_no_sandbox: r.NoSandbox = False,
    vi: Annotated[
        bool, typer.Option("--vi", help="Edit lines with vi's keys.", envvar="CODEGEN_VI")
    ] = False,
    no_history: Annotated[
        bool,
        typer.Option(
            "--no-history",
            help="Neither read nor keep what is typed.",
            envvar="CODEGEN_NO_HISTORY",
        ),
    ] = False,
    no_stream: o.NoStream = False,
    no_bell: Annotated[
        bool,
        typer.Option(
            "--no-bell",
            help="Do not ring after an answer that took 10 s or more.",
            envvar="CODEGEN_NO_BELL",
        ),
    ] = False,
    model: o.Model = o.MODEL,
    engine_name: o.Engine = o.ENGINE,
    speculate: o.Speculate = False,
    context_file: o.ContextFiles = None,
    draft: o.Draft = None,
    lora: o.LoraFiles = None,
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
    """Write a program one step at a time, keeping, retrying or undoing each turn.

    Type a step to get its code; the next step keeps it, /retry draws again, /undo takes it back.
    Without a terminal the lines of stdin are the steps, and the program goes to stdout.

    Examples:

      codegen chat

      codegen chat program.py --temperature 0.4

      codegen chat --continue

      printf 'Print "hello".\\n/retry 0.8\\n' | codegen chat > program.py
    """
    resumed = resumed_session(resume, newest=continue_, file=file)
    tree = resumed.tree if resumed else Tree.of(_program(file, read_prefix(prefix)))
    sampling = Sampling(temperature, top_p, top_k, min_p, repeat_penalty, max_tokens, seed)
    given = given_options(context)
    if resumed:
        sampling = resumed.sampling(sampling, given)
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
    choice = ModelChoice(model, settings, Speculation(speculate, context_file or [], draft))
    if resumed and resumed.drawn and not given & {"model", "engine_name", "lora"}:
        choice = choice.of(resumed.drawn)
    load_ahead()
    with choice.open() as engine:
        # Imported here: rich's tables of styles and prompt_toolkit cost about 0.1 s.
        from codegen_cli.repl.loop import run_chat
        from codegen_cli.repl.read import Typing
        from codegen_cli.repl.render import View
        from codegen_cli.repl.running import Running

        sandbox = partial(open_sandbox, allow_unsafe=unsafe_no_sandbox)
        with closing(Running(sandbox, allowed=execute)) as running:
            typing = Typing(vi, None if no_history else paths.state_dir() / "chat-history")
            view = View(streams=not no_stream, bell=not no_bell)
            begin = Beginning(tree, sampling, file, resumed, typing, view, keeps=not no_session)
            session = open_chat(engine, choice, running, begin)
            with closing(session):
                run_chat(session)
                keep_memory(session)
    if not session.reader.is_terminal:
        console.emit(session.session.program.source)
    if session.failure:
        raise session.failure


def _program(file: Path | None, prefix: str) -> Program:
    """Return the program of a file, or a new one where there is none or it is empty."""
    text = read_input(str(file)) if file and file.exists() else ""
    return parse_program(text, prefix) if text.strip() else Program(prefix=prefix)
