"""`codegen imatrix`: find out which weights matter, so that quantization keeps them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.errors import UsageError
from codegen_cli.files import check_output, read_input
from codegen_cli.interrupt import interruptible
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

if TYPE_CHECKING:
    from collections.abc import Callable

    from codegen_cli.convert.imatrix import ImportanceMatrix


def imatrix(
    corpus: Annotated[
        list[str],
        typer.Argument(metavar="CORPUS...", help="Texts like those it will write, or - for stdin."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
    chunk: Annotated[
        int, typer.Option(min=8, help="Tokens that are read at a time, from an empty context.")
    ] = 512,
    most: Annotated[
        int | None, typer.Option("--tokens", min=8, help="Read no more than so many tokens.")
    ] = None,
    as_json: o.Json = False,
    model: o.Model = o.MODEL,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    threads: o.Threads = None,
    verbose: o.Verbose = False,
) -> None:
    """Measure on a text which inputs of each weight matrix are large: an importance matrix.

    The model should be of a high precision (F16, Q8_0). `codegen convert --imatrix` and `codegen
    quantize --imatrix` then round the weights that matter most with the smallest error.

    Examples:

      codegen imatrix src/*.py --model 350M-mono -o 350M.imatrix.gguf

      codegen quantize 350M-mono -q Q4_K_M --imatrix 350M.imatrix.gguf -o 350M-Q4.gguf
    """
    check_output(output)
    texts = {name: read_input(name) for name in corpus}
    settings = EngineSettings(gpu_layers, threads, verbose=verbose)
    with interruptible() as should_stop:
        matrix = _collect(find_model(model), settings, texts, chunk, most, should_stop)
    from codegen_cli.convert.imatrix import write_imatrix

    write_imatrix(output, matrix)
    record = {
        "path": str(output),
        "tokens": int(max(matrix.counts.values())),
        "chunks": matrix.chunks,
        "matrices": len(matrix.sums),
    }
    if as_json:
        console.emit(json.dumps(record, ensure_ascii=False) + "\n")
    console.note(
        f"wrote {output} · {record['matrices']} matrices · {record['tokens']} tokens in "
        f"{record['chunks']} chunks"
    )


def _collect(
    path: Path,
    settings: EngineSettings,
    texts: dict[str, str],
    chunk: int,
    most: int | None,
    should_stop: Callable[[], bool],
) -> ImportanceMatrix:
    from codegen_cli.convert.imatrix import ImportanceMatrix
    from codegen_cli.engine.activations import ActivationSums
    from codegen_cli.engine.model import Model
    from codegen_cli.engine.threads import model_threads

    threads = settings.threads or model_threads(path)
    model = Model(path, settings, threads)
    try:
        tokens = [token for text in texts.values() for token in model.vocabulary.tokenize(text)]
        chunk = min(chunk, model.info.n_ctx_train)
        tokens = tokens[:most]
        # A shorter rest would weigh its tokens, which see little context, like all others.
        starts = range(0, len(tokens) - chunk + 1, chunk)
        if not starts:
            raise UsageError(
                f"the texts have {len(tokens)} tokens, fewer than one chunk of {chunk}",
                "give more text, or a smaller --chunk",
            )
        sums = ActivationSums(model, chunk, threads)
        try:
            with ProgressBar() as on_progress:
                for start in starts:
                    sums.read(tokens[start : start + chunk], should_stop)
                    on_progress("reading", chunk, chunk * len(starts))
        finally:
            sums.close()
    finally:
        model.close()
    counts = dict.fromkeys(sums.sums, float(sums.tokens))
    return ImportanceMatrix(sums.sums, counts, tuple(texts), len(starts), chunk)
