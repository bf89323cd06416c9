"""`codegen bench`: how fast a model is on this machine, and what limits it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.errors import UsageError
from codegen_cli.files import check_output
from codegen_cli.interrupt import interruptible
from codegen_cli.settings import EngineSettings

if TYPE_CHECKING:
    from codegen_cli.bench.report import Report


def bench(
    quick: Annotated[
        bool, typer.Option("--quick", help="Smaller sizes and fewer repeats: a rough idea.")
    ] = False,
    as_json: o.Json = False,
    as_csv: Annotated[bool, typer.Option("--csv", help="Print one line a measure.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw a picture too: FILE.png or FILE.svg."),
    ] = None,
    model: o.Model = o.MODEL,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    main_gpu: o.MainGpu = None,
    tensor_split: o.TensorSplit = None,
    threads: o.Threads = None,
    ctx: o.Context = None,
    verbose: o.Verbose = False,
) -> None:
    """Measure a model on this machine: loading, prompts, decoding, candidates, turns, guesses.

    Each figure is the median of several repeats, with the lowest and highest. Beside tokens/s
    stand the weight bytes read and the arithmetic done, as shares of what this machine was
    measured to do.

    Examples:

      codegen bench --quick

      codegen bench --model ./350M.gguf --plot speed.svg

      codegen bench --json > speed.json
    """
    if as_json and as_csv:
        raise UsageError("--json and --csv exclude each other", "leave one out")
    if plot is not None:
        from codegen_cli.bench.plot import check_plot

        check_plot(plot)
        check_output(plot)
    settings = EngineSettings(
        gpu_layers,
        threads,
        ctx,
        verbose,
        main_gpu=main_gpu,
        tensor_split=o.shares(tensor_split),
    )
    report = _measure(model, settings, quick=quick)
    if plot is not None:
        from codegen_cli.bench.plot import write_plot

        write_plot(plot, report)
        console.note(f"wrote {plot}")
    _print(report, as_json=as_json, as_csv=as_csv)


def _measure(model: str, settings: EngineSettings, *, quick: bool) -> Report:
    # This first load says where the model runs; it also brings the file into memory.
    with open_engine(model, settings) as engine:
        path = Path(engine.info.path)
    from codegen_cli.bench.suite import measure

    with interruptible() as should_stop, console.stderr().status("measuring…") as status:
        return measure(
            path,
            settings,
            quick=quick,
            should_stop=should_stop,
            say=lambda text: status.update(f"{text}…"),
        )


def _print(report: Report, *, as_json: bool, as_csv: bool) -> None:
    from codegen_cli.bench.report import to_csv, to_json
    from codegen_cli.bench.table import table_of

    if as_json:
        console.emit(to_json(report))
    elif as_csv:
        console.emit(to_csv(report.rows))
    else:
        console.stdout().print(table_of(report))
