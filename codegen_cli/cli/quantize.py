"""`codegen quantize`: a GGUF file becomes one of another type."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.convert import record_of, say_resumed, show_report
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.registry.find import find_model
from codegen_cli.settings import DEFAULT_FILE_TYPE

#: Types whose own rounding is small beside that of every smaller type.
_PRECISE = ("F32", "F16", "BF16", "Q8_0")


def quantize(
    source: Annotated[
        str,
        typer.Argument(
            metavar="MODEL",
            help="A model's name or the path of a GGUF file.",
            autocompletion=o.complete_model,
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The GGUF file to write.")],
    file_type: o.FileType = None,
    imatrix: o.ImatrixFile = None,
    threads: o.Threads = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace an existing file.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on from an interrupted run.")
    ] = False,
    verify: Annotated[
        bool, typer.Option("--verify/--no-verify", help="Compare logits at the end.")
    ] = True,
    as_json: o.Json = False,
) -> None:
    """Make a GGUF file of another type from a GGUF file.

    Best from F16 or F32: the rounding of a quantized source stays in what is made from it. Types,
    mixtures and bytes are those of llama.cpp's own quantizer.

    Examples:

      codegen quantize 350M-F16.gguf -o 350M-Q4.gguf -q Q4_K_M

      codegen quantize 350M-F16.gguf -o 350M-Q4.gguf -q Q4_K_M --imatrix 350M.imatrix.gguf
    """
    path = find_model(source)
    # Imported here: numpy, gguf and llama_cpp cost about 0.4 s, which `--help` must not pay.
    from codegen_cli.convert.requantize import QuantizeOptions
    from codegen_cli.convert.requantize import quantize as run_quantization
    from codegen_cli.engine.gguf import read_gguf

    made_of = str(read_gguf(path).metadata.get("codegen.file_type", ""))
    if made_of and made_of not in _PRECISE:
        console.warn(f"the source is {made_of}: its rounding stays; better start from F16")
    options = QuantizeOptions(
        file_type or DEFAULT_FILE_TYPE,
        imatrix,
        threads or os.cpu_count() or 1,
        force,
        restart,
        verify,
    )
    with ProgressBar() as bars:
        report = run_quantization(path, output, options, bars, say_resumed)
    if as_json:
        console.emit(json.dumps(record_of(report), ensure_ascii=False) + "\n")
    show_report(report)
