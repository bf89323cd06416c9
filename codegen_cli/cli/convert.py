"""`codegen convert`: a trained checkpoint becomes a GGUF file."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.settings import DEFAULT_FILE_TYPE

if TYPE_CHECKING:
    from codegen_cli.convert.pipeline import ConvertReport


def convert(
    source: Annotated[
        Path, typer.Argument(metavar="SRC", help="A Hugging Face CodeGen checkpoint folder.")
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The GGUF file to write.")],
    file_type: o.FileType = DEFAULT_FILE_TYPE,
    tokenizer: Annotated[
        Path | None, typer.Option(help="Take the tokenizer files from this folder.")
    ] = None,
    name: Annotated[str | None, typer.Option(help="The model's name in the file.")] = None,
    family: Annotated[
        str | None, typer.Option(help="NL, Multi or Mono; guessed from the name.")
    ] = None,
    license_name: Annotated[
        str | None, typer.Option("--license", help="The licence; read from the model card.")
    ] = None,
    threads: o.Threads = None,
    force: Annotated[bool, typer.Option("--force", "-f", help="Replace an existing file.")] = False,
    restart: Annotated[
        bool, typer.Option("--restart", help="Do not go on from an interrupted conversion.")
    ] = False,
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Compare tokens and logits at the end."),
    ] = True,
    as_json: o.Json = False,
) -> None:
    """Convert a CodeGen checkpoint to a GGUF file of any type, straight from its weights.

    Reads model.safetensors or pytorch_model.bin (sharded too) without torch and without running
    any pickled code. At the end the file's tokens and logits are compared with the checkpoint's;
    a file that fails does not stay. After Ctrl-C, a kill or a power cut, the same command goes on
    from the last tensor that reached the disk.

    Examples:

      codegen convert ./codegen-350M-mono -o 350M-mono.gguf -q Q8_0

      codegen convert ./codegen-2B-multi -o 2B.gguf -q Q4_K_M --force

      codegen convert ./my-finetune -o mine.gguf --name mine --family Mono --json
    """
    # Imported here: numpy, gguf and llama_cpp cost about 0.4 s, which `--help` must not pay.
    from codegen_cli.convert.pipeline import ConvertOptions
    from codegen_cli.convert.pipeline import convert as run_conversion

    options = ConvertOptions(
        file_type=file_type,
        tokenizer=tokenizer,
        name=name,
        family=family,
        license=license_name,
        threads=threads or os.cpu_count() or 1,
        force=force,
        restart=restart,
        verify=verify,
    )
    with ProgressBar() as on_progress:
        report = run_conversion(source, output, options, on_progress, on_resume=_say_resumed)
    if as_json:
        console.emit(json.dumps(_record(report), ensure_ascii=False) + "\n")
    _show(report)


def _say_resumed(done: int, count: int) -> None:
    console.note(f"going on from an earlier run: {done} of {count} tensors are complete")


def _record(report: ConvertReport) -> dict[str, Any]:
    return {**asdict(report), "path": str(report.path)}


def _show(report: ConvertReport) -> None:
    bits = 8 * report.size / report.parameters
    console.note(
        f"wrote {report.path} · {report.file_type} · {report.size / 1e6:.1f} MB · "
        f"{report.tensors} tensors · {bits:.2f} bits a weight"
    )
    for change, count in report.fallbacks.items():
        console.warn(f"{count} tensors fell back {change}: their rows do not fit the block size")
    check = report.verification
    if check is None:
        console.warn("not verified (--no-verify)")
        return
    console.note(
        f"verified on {check.positions} positions: KL {check.kl:.2e}, max |Δlogit| "
        f"{check.max_difference:.2e}, same best token at {check.same_argmax:.0%}"
    )
