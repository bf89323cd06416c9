"""`codegen export`: a checkpoint in the format of other programs."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.cli.sizes import parse_bytes
from codegen_cli.errors import UsageError

if TYPE_CHECKING:
    from codegen_cli.convert.export.gptj import ExportReport


def export(
    source: Annotated[
        Path,
        typer.Argument(metavar="SRC", help="A checkpoint, as `codegen convert` reads them."),
    ],
    output: Annotated[Path, typer.Option("--output", "-o", help="The folder to make.")],
    to: Annotated[str, typer.Option(metavar="FORMAT", help="gptj is the only one.")] = "gptj",
    dtype: Annotated[
        str | None,
        typer.Option(metavar="TYPE", help="F32, F16 or BF16; by default what each tensor has."),
    ] = None,
    shard_size: Annotated[
        str, typer.Option(metavar="SIZE", help="The largest weight file, such as 500MB or 5GB.")
    ] = "5GB",
    tokenizer: o.Tokenizer = None,
    pad_tokens: Annotated[
        bool,
        typer.Option("--pad-tokens", help="Give each unused id a token: CTranslate2 wants that."),
    ] = False,
    family: o.Family = None,
    run_config: o.RunConfig = None,
    cores: o.Cores = None,
    verify: Annotated[
        bool,
        typer.Option("--verify/--no-verify", help="Compare tokens and logits at the end."),
    ] = True,
    as_json: o.Json = False,
) -> None:
    """Write a Hugging Face GPT-J checkpoint, which vLLM, TGI and CTranslate2 serve.

    CodeGen's block is GPT-J's, with another order of rows in the attention: nothing is lost, and
    the logits are the same. The folder appears when it is complete.

    Examples:

      codegen export ./codegen-16B-mono --to gptj -o ./codegen-16B-mono-gptj

      codegen export codegen-350M-mono.tar.gz -o ./gptj --dtype F16 --tokenizer ./gpt2
    """
    if to.lower() != "gptj":
        raise UsageError(f'unknown format "{to}"', "known: gptj")
    # Imported here: numpy, gguf and llama_cpp cost about 0.4 s, which `--help` must not pay.
    from codegen_cli.convert.export.gptj import ExportOptions, export_gptj

    options = ExportOptions(
        dtype=dtype,
        shard_bytes=parse_bytes("--shard-size", shard_size),
        tokenizer=tokenizer,
        run_config=run_config,
        cores=cores,
        family=family,
        pad_tokens=pad_tokens,
        verify=verify,
    )
    with ProgressBar() as on_progress:
        report = export_gptj(source, output, options, on_progress)
    if as_json:
        record = {**asdict(report), "path": str(report.path)}
        console.emit(json.dumps(record, ensure_ascii=False) + "\n")
    _show(report, source)


def _show(report: ExportReport, source: Path) -> None:
    files = len(report.files)
    console.note(
        f"wrote {report.path} · GPT-J {report.dtype} · {report.size / 1e6:.1f} MB in "
        f"{files} file{'s' * (files != 1)}"
    )
    if not Path(report.tokenizer).is_relative_to(source):
        console.note(f"tokenizer: {report.tokenizer}")
    check = report.verification
    if check is None:
        console.warn("not verified (--no-verify)")
        return
    console.note(
        f"verified on {check.positions} positions: KL {check.kl:.2e}, max |Δlogit| "
        f"{check.max_difference:.2e}"
    )
