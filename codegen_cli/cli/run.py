"""`codegen run`: a file of steps becomes a program."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import __version__, console
from codegen_cli.cli import options as o
from codegen_cli.cli.live import LiveView, NoView
from codegen_cli.cli.lora import adapters
from codegen_cli.cli.open_engine import Speculation, open_engine
from codegen_cli.cli.steps import read_prefix, read_steps
from codegen_cli.errors import CodegenError, Interrupted
from codegen_cli.files import check_output, write_output
from codegen_cli.interrupt import interruptible
from codegen_cli.program import Program, wrap
from codegen_cli.settings import EngineSettings, Sampling

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine
    from codegen_cli.synthesis.grow import Written
    from codegen_cli.synthesis.turn import TurnResult


@dataclass(slots=True)
class _Run:
    """The program so far and how each turn of it came about."""

    program: Program
    turns: list[Written] = field(default_factory=list)

    @property
    def results(self) -> list[TurnResult]:
        """Return the accepted turns."""
        return [turn.result for turn in self.turns]


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
    partial: Annotated[
        bool,
        typer.Option("--partial", help="After Ctrl-C or an error, still print the finished turns."),
    ] = False,
    problem: Annotated[
        str | None, typer.Option(help="Which problem of a .jsonl file, by id.")
    ] = None,
    input_number: Annotated[
        int, typer.Option("--input", min=1, help="Which of the problem's inputs.")
    ] = 1,
    candidates: o.Candidates = 1,
    speculate: o.Speculate = False,
    context_file: o.ContextFiles = None,
    draft: o.Draft = None,
    model: o.Model = o.MODEL,
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
    """Turn a file of natural-language steps into a program.

    Each step becomes a comment; the model writes the code under it; a stop rule ends the turn,
    and the next step continues the program. Only the program goes to stdout.

    Examples:

      codegen run examples/average.txt

      codegen run steps.txt -o program.py && python program.py

      printf 'Print the numbers from 1 to 5.' | codegen run - --json
    """
    if output is not None:
        check_output(output)
    todo = read_steps(steps, var or [], problem, input_number)
    program = Program(prefix=read_prefix(prefix))
    if dry_run:
        _print_prompts(program, todo, as_json=as_json)
        return
    sampling = Sampling(temperature, top_p, top_k, min_p, repeat_penalty, max_tokens, seed)
    settings = EngineSettings(
        gpu_layers,
        threads,
        ctx,
        verbose,
        main_gpu=main_gpu,
        tensor_split=o.shares(tensor_split),
        lora=adapters(lora),
    )
    on_stdout = sys.stdout.isatty() and output is None and not as_json
    speculation = Speculation(speculate, context_file or [], draft)
    with open_engine(model, settings, speculation) as engine:
        state = _Run(program)
        try:
            _write_program(engine, state, todo, sampling, candidates, on_stdout=on_stdout)
        except (CodegenError, KeyboardInterrupt) as error:
            done = f"{len(state.results)} of {len(todo)} steps were done"
            if partial and not on_stdout:
                _deliver(engine, state, sampling, output, as_json=as_json)
            elif state.results and not on_stdout:
                done += "; --partial prints them"
            console.note(done)
            raise error if isinstance(error, CodegenError) else Interrupted() from error
        if not on_stdout:
            _deliver(engine, state, sampling, output, as_json=as_json)
        _summarize(state)


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


def _write_program(
    engine: Engine,
    state: _Run,
    steps: list[str],
    sampling: Sampling,
    candidates: int,
    *,
    on_stdout: bool,
) -> None:
    from codegen_cli.synthesis.grow import StepBegun, Written, grow

    view = _view(on_stdout=on_stdout)
    view.start(state.program)
    try:
        with interruptible() as should_stop:
            for item in grow(
                engine,
                state.program,
                steps,
                sampling,
                candidates=candidates,
                should_stop=should_stop,
            ):
                if isinstance(item, StepBegun):
                    view.step(wrap(item.step), item.number, len(steps))
                elif isinstance(item, Written):
                    view.turn(item.result)
                    state.program = state.program.add(item.result.turn)
                    state.turns.append(item)
                else:
                    view.code(item)
    finally:
        view.finish()


def _view(*, on_stdout: bool) -> LiveView | NoView:
    if on_stdout:
        return LiveView(console.stdout())
    return LiveView(console.stderr()) if console.stderr().is_terminal else NoView()


def _deliver(
    engine: Engine, state: _Run, sampling: Sampling, output: Path | None, *, as_json: bool
) -> None:
    text = _json(engine, state, sampling) if as_json else state.program.source
    if output is None:
        console.emit(text)
        return
    write_output(output, text)
    console.note(f"wrote {output}")


def _json(engine: Engine, state: _Run, sampling: Sampling) -> str:
    from codegen_cli.registry.fingerprint import model_sha256
    from codegen_cli.synthesis.record import RunContext, run_record

    context = RunContext(
        model=engine.info,
        sha256=model_sha256(Path(engine.info.path)),
        placement=engine.placement,
        n_ctx=engine.n_ctx,
        sampling=sampling,
        version=__version__,
        adapters=tuple(
            {"path": added.path, "sha256": model_sha256(Path(added.path)), "scale": added.scale}
            for added in engine.info.adapters
        ),
    )
    record = run_record(state.program, state.turns, context)
    return json.dumps(record, ensure_ascii=False, indent=2) + "\n"


def _summarize(state: _Run) -> None:
    for number, result in enumerate(state.results, 1):
        if result.is_empty:
            reason = result.completion.rule or result.completion.finish_reason
            console.warn(
                f"step {number} gave no code ({reason}): {result.turn.step!r}; "
                "reword it, or try another --seed"
            )
        elif result.completion.finish_reason == "length":
            console.warn(f"step {number} was cut at --max-tokens: {result.turn.step!r}")
    tokens = sum(result.completion.generated_tokens for result in state.results)
    seconds = sum(result.completion.seconds for result in state.results)
    rate = sum(result.completion.generation_seconds for result in state.results)
    drafted = sum(result.completion.drafted_tokens for result in state.results)
    accepted = sum(result.completion.accepted_tokens for result in state.results)
    console.note(
        f"{len(state.results)} steps · {tokens} tokens · {seconds:.2f} s"
        + (f" · {tokens / rate:.0f} tokens/s" if rate else "")
        + (f" · {accepted} of {drafted} guesses right" if drafted else "")
    )
