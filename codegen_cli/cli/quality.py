"""`codegen quality`: what quantization cost, beside the model it was made from."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.cli.sizes import parse_bytes
from codegen_cli.errors import UsageError
from codegen_cli.files import check_output, read_input
from codegen_cli.interrupt import interruptible
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

if TYPE_CHECKING:
    from codegen_cli.quality.measure import Quality


@dataclass(frozen=True, slots=True)
class _Job:
    """What to compare with what, on how much of which text."""

    reference: Path
    text: str
    window: int
    most: int | None
    settings: EngineSettings


def quality(
    reference: Annotated[
        str,
        typer.Option("--reference", "-r", help="The model to compare with: F32, F16 or Q8_0."),
    ],
    corpus: Annotated[
        list[str],
        typer.Option("--corpus", "-c", metavar="FILE", help="A text, or - for stdin; repeatable."),
    ],
    models: Annotated[
        list[str] | None, typer.Argument(metavar="MODEL...", help="Names or GGUF files.")
    ] = None,
    types: Annotated[
        str | None,
        typer.Option(
            metavar="TYPES",
            help="Make these types of the reference, only to compare them: all, or a list such as "
            "Q8_0,Q4_K_M.",
        ),
    ] = None,
    imatrix: o.ImatrixFile = None,
    window: Annotated[int, typer.Option(min=2, help="Tokens read from an empty context.")] = 512,
    most: Annotated[
        int | None, typer.Option("--tokens", min=2, help="Read no more than so many tokens.")
    ] = None,
    budget: Annotated[
        str | None,
        typer.Option(metavar="SIZE", help="Recommend the best within this memory, such as 512MB."),
    ] = None,
    as_json: o.Json = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw a picture too: FILE.png or FILE.svg."),
    ] = None,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    threads: o.Threads = None,
    verbose: o.Verbose = False,
) -> None:
    """Compare models with the one they were quantized from: perplexity, KL divergence, agreement.

    Both read the same text. KL is the divergence of the next-token distributions, in nats: its
    mean, what 99 % of the positions stay below, and the largest. "Same top" is how often both find
    the same token likeliest. Speeds are rough: compare them with `codegen bench`.

    Examples:

      codegen quality Q4.gguf --reference F16.gguf --corpus program.py

      codegen quality --types all -r F16.gguf -c program.py --plot types.svg --budget 400MB
    """
    if not models and types is None:
        raise UsageError("no model to compare", "name GGUF files, or give --types all")
    if plot is not None:
        from codegen_cli.bench.plot import check_plot

        check_plot(plot)
        check_output(plot)
    from codegen_cli.quality.recommend import recommend

    room = None if budget is None else parse_bytes("--budget", budget)
    text = "\n".join(read_input(name) for name in corpus)
    settings = EngineSettings(gpu_layers, threads, verbose=verbose)
    job = _Job(find_model(reference), text, window, most, settings)
    files = [find_model(name) for name in models or []]
    wanted = _types(types)
    measured = list(_measure(job, files, wanted, imatrix))
    chosen = None if room is None else recommend(measured, room)
    if plot is not None:
        from codegen_cli.quality.plot import write_plot

        write_plot(plot, measured, f"{measured[0].name} beside {job.reference.name}")
        console.note(f"wrote {plot}")
    _print(measured, chosen, as_json=as_json)
    if room is not None and chosen is None:
        console.warn(f"none of them needs only {budget}; the smallest needs {_least(measured)}")


def _types(names: str | None) -> list[str]:
    from codegen_cli.convert.types import FILE_TYPES, parse_file_type

    if names is None:
        return []
    return list(FILE_TYPES) if names == "all" else [parse_file_type(n) for n in names.split(",")]


def _measure(
    job: _Job, files: list[Path], types: list[str], imatrix: Path | None
) -> Iterator[Quality]:
    """Measure the files, then each type, which is on the disk only for so long."""
    from codegen_cli.quality.measure import measure_quality
    from codegen_cli.quality.reading import ReadingModel

    with ExitStack() as stack:
        should_stop = stack.enter_context(interruptible())
        bars = stack.enter_context(ProgressBar())
        window = job.window
        reference = stack.enter_context(ReadingModel(job.reference, job.settings, window))
        tokens = reference.model.vocabulary.tokenize(job.text)[: job.most]
        if len(tokens) < 2:
            raise UsageError(f"the text has {len(tokens)} tokens", "give at least two")

        def measure(path: Path, title: str) -> Quality:
            def on_tokens(count: int) -> None:
                bars(title, count, len(tokens))

            return measure_quality(
                path, reference, tokens, window, job.settings, should_stop, on_tokens
            )

        for path in files:
            yield measure(path, path.name)
        for file_type in types:
            with TemporaryDirectory(prefix="codegen-quality-") as folder:
                path = Path(folder) / f"{file_type}.gguf"
                _make(job.reference, path, file_type, imatrix, job.settings.threads)
                yield measure(path, file_type)


def _make(
    source: Path, output: Path, file_type: str, imatrix: Path | None, threads: int | None
) -> None:
    from codegen_cli.convert.requantize import QuantizeOptions, quantize

    options = QuantizeOptions(file_type, imatrix, threads or os.cpu_count() or 1, verify=False)
    quantize(source, output, options, _quiet)


def _quiet(_phase: str, _done: int, _total: int) -> None:
    pass


def _print(measured: list[Quality], chosen: Quality | None, *, as_json: bool) -> None:
    from codegen_cli.quality.table import record_of, table_of

    if as_json:
        record = {
            "models": [record_of(quality) for quality in measured],
            "recommended": chosen and chosen.file_type,
        }
        console.emit(json.dumps(record, ensure_ascii=False, indent=2) + "\n")
        return
    console.stdout().print(table_of(measured, chosen))
    distance = measured[0].distance
    console.note(
        f"{distance.positions} positions; the reference's perplexity is "
        f"{distance.reference_perplexity:.3f}"
    )
    console.note(
        "KL divergence in nats: its mean, 99 % quantile and largest; memory for a full context; "
        "tokens/s reading, writing"
    )


def _least(measured: list[Quality]) -> str:
    return f"{min(quality.memory for quality in measured) / 1e6:.0f} MB"
