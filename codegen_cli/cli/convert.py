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
from codegen_cli.errors import UsageError
from codegen_cli.settings import DEFAULT_FILE_TYPE

if TYPE_CHECKING:
    from codegen_cli.convert.pipeline import ConvertReport


def convert(
    source: Annotated[
        Path,
        typer.Argument(
            metavar="SRC",
            help="A checkpoint (a Hugging Face folder, a release archive, a TPU checkpoint) or a "
            "LoRA adapter's folder.",
        ),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The GGUF file to write.")],
    file_type: o.FileType = None,
    base: Annotated[
        Path | None,
        typer.Option(help="What an adapter was trained on: a checkpoint or a GGUF file of it."),
    ] = None,
    tokenizer: o.Tokenizer = None,
    run_config: o.RunConfig = None,
    cores: o.Cores = None,
    name: Annotated[str | None, typer.Option(help="The model's name in the file.")] = None,
    family: o.Family = None,
    license_name: Annotated[
        str | None, typer.Option("--license", help="The licence; read from the model card.")
    ] = None,
    imatrix: o.ImatrixFile = None,
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

    Reads CodeGen and GPT-J folders (model.safetensors or pytorch_model.bin, sharded too), archives
    of them (.tar.gz, .tar, .zip) and TPU checkpoints, without torch, without unpacking and without
    running any pickled code. At the end the file's tokens and logits are compared with the
    checkpoint's; a file that fails does not stay. After Ctrl-C, a kill or a power cut, the same
    command goes on from the last tensor that reached the disk. A LoRA adapter of PEFT becomes a
    file for --lora.

    Examples:

      codegen convert ./codegen-350M-mono -o 350M-mono.gguf -q Q8_0

      codegen convert codegen-2B-multi.tar.gz -o 2B.gguf -q Q4_K_M --tokenizer ./gpt2

      codegen convert ./codegen_350M_mono/150000 --config run.json -o 350M.gguf

      codegen convert ./my-finetune -o mine.gguf --name mine --family Mono --json

      codegen convert ./my-adapter --base 350M-mono.gguf -o my-adapter.gguf
    """
    if (source / "adapter_config.json").is_file():
        for_models = {
            "--tokenizer": tokenizer,
            "--config": run_config,
            "--cores": cores,
            "--family": family,
            "--license": license_name,
        }
        _refuse(source, [option for option, value in for_models.items() if value is not None])
        _convert_adapter(source, base, output, file_type, name, force, verify, as_json=as_json)
        return
    if base is not None:
        raise UsageError(f'"{source}" is no adapter (adapter_config.json)', "leave out --base")
    # Imported here: numpy, gguf and llama_cpp cost about 0.4 s, which `--help` must not pay.
    from codegen_cli.convert.pipeline import ConvertOptions
    from codegen_cli.convert.pipeline import convert as run_conversion

    options = ConvertOptions(
        file_type=file_type or DEFAULT_FILE_TYPE,
        tokenizer=tokenizer,
        run_config=run_config,
        cores=cores,
        name=name,
        family=family,
        license=license_name,
        imatrix=imatrix,
        threads=threads or os.cpu_count() or 1,
        force=force,
        restart=restart,
        verify=verify,
    )
    with ProgressBar() as on_progress:
        report = run_conversion(source, output, options, on_progress, on_resume=say_resumed)
    if as_json:
        console.emit(json.dumps(record_of(report), ensure_ascii=False) + "\n")
    show_report(report)
    if not Path(report.tokenizer).is_relative_to(source):
        console.note(f"tokenizer: {report.tokenizer}")


def say_resumed(done: int, count: int) -> None:
    """Say that an earlier run's work is used."""
    console.note(f"going on from an earlier run: {done} of {count} tensors are complete")


def _refuse(source: Path, options: list[str]) -> None:
    """Refuse options that an adapter has no use for."""
    if options:
        raise UsageError(f'{options[0]} is for models; "{source}" is an adapter', "leave it out")


def _convert_adapter(
    source: Path,
    base: Path | None,
    output: Path,
    file_type: str | None,
    name: str | None,
    force: bool,
    verify: bool,
    *,
    as_json: bool,
) -> None:
    if base is None:
        raise UsageError(
            f'"{source}" is a LoRA adapter', "give the model that it was trained on with --base"
        )
    from codegen_cli.convert.lora.convert import convert_lora

    report = convert_lora(
        source, base, output, file_type or "F32", name=name, force=force, verify=verify
    )
    if as_json:
        record = {**asdict(report), "path": str(report.path)}
        console.emit(json.dumps(record, ensure_ascii=False) + "\n")
    console.note(
        f"wrote {report.path} · {report.file_type} · {report.size / 1e6:.1f} MB · "
        f"LoRA of {report.matrices} matrices, alpha {report.alpha:g}"
    )
    if report.error is None:
        console.warn("not verified (--no-verify)")
    else:
        console.note(f"verified on rows of every matrix: largest relative error {report.error:.1e}")


def record_of(report: ConvertReport) -> dict[str, Any]:
    """Return the report with the keys that people script against."""
    return {**asdict(report), "path": str(report.path)}


def show_report(report: ConvertReport) -> None:
    """Say what was written, and how near it is to the source."""
    bits = 8 * report.size / report.parameters
    console.note(
        f"wrote {report.path} · {report.file_type} · {report.size / 1e6:.1f} MB · "
        f"{report.tensors} tensors · {bits:.2f} bits a weight"
    )
    for warning in report.warnings:
        console.warn(warning)
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
