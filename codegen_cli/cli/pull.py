"""`codegen pull`: download a released checkpoint, convert it, register it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.settings import DEFAULT_FILE_TYPE

if TYPE_CHECKING:
    from codegen_cli.convert.source import Progress
    from codegen_cli.pull.records import PullReport


def pull(
    name: Annotated[
        str,
        typer.Argument(
            metavar="NAME",
            help="A name of `codegen models list`, or a Hub id with CodeGen's architecture.",
            autocompletion=o.complete_recipe,
        ),
    ],
    file_type: o.FileType = None,
    revision: Annotated[
        str | None, typer.Option(help="A branch, tag or commit; the recipe's, or main.")
    ] = None,
    offline: Annotated[
        bool,
        typer.Option(
            "--offline", help="Never use the network: only what is here and in the Hub's cache."
        ),
    ] = False,
    keep_checkpoint: Annotated[
        bool,
        typer.Option("--keep-checkpoint", help="Leave the download in the Hub's cache."),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would be downloaded and made.")
    ] = False,
    threads: o.Threads = None,
    as_json: o.Json = False,
) -> None:
    """Download a released CodeGen checkpoint, convert it, and keep the model under its name.

    Prints the path of the model's file. Downloads through the Hugging Face client: its cache,
    HF_TOKEN, HF_HOME and HF_HUB_OFFLINE count. What is interrupted goes on from there.

    Examples:

      codegen pull 350M-mono

      codegen pull 2B-multi -q Q4_K_M --dry-run

      codegen run steps.txt --model "$(codegen pull Salesforce/codegen-350M-mono)"
    """
    from codegen_cli.pull.pull import pull as run_pull
    from codegen_cli.pull.records import PullOptions

    options = PullOptions(
        file_type=file_type or DEFAULT_FILE_TYPE,
        revision=revision,
        offline=offline,
        keep_checkpoint=keep_checkpoint,
        dry_run=dry_run,
        threads=threads or os.cpu_count() or 1,
    )
    with ProgressBar() as on_progress:
        report = run_pull(name, options, _Watch(on_progress))
    if as_json:
        record = {**asdict(report), "path": str(report.path)}
        console.emit(json.dumps(record, ensure_ascii=False) + "\n")
    elif dry_run and report.state == "planned":
        _show_plan(report)
    else:
        console.emit(f"{report.path}\n")
    _note(report)


class _Watch:
    def __init__(self, on_progress: Progress) -> None:
        self.progress = on_progress

    def note(self, message: str) -> None:
        console.note(message)


def _show_plan(report: PullReport) -> None:
    for name, size in report.files.items():
        console.emit(f"{size / 1e6:10.1f} MB  {name}\n")
    console.emit(f"{report.missing / 1e6:10.1f} MB  to download from {report.repo}\n")
    console.emit(f"{report.size / 1e6:10.1f} MB  {report.path}\n")


def _note(report: PullReport) -> None:
    size, commit = f"{report.size / 1e6:.1f} MB", report.commit[:12]
    if report.state == "pulled":
        console.note(
            f"pulled {report.name} · {report.file_type} · {size} · commit {commit} · "
            f"use it: codegen run --model {report.name} …"
        )
    elif report.state == "present":
        console.note(f"{report.name} · {report.file_type} · {size} · commit {commit} is here")
