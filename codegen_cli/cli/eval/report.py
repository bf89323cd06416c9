"""`codegen eval report`: runs become one report, with the paper's figures beside ours."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o

_FOLDER = Path("report")


def report(
    runs: Annotated[
        list[Path],
        typer.Argument(metavar="RUN", help="Folders that `codegen eval … --out` wrote."),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", metavar="DIR", help='Folder for the report, made if need be; else "report".'
        ),
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Compare runs: report.html with plots, report.md and report.json, in one folder.

    Beside each figure stands the paper's, marked with how sure it is. Every run is listed with its
    settings, seed, model hash, version, sandbox tier and machine; unfinished runs are marked.
    Prints the path of the page. With --json it prints the content of report.json instead, and
    writes files only with --out.

    Examples:

      codegen eval report runs/350M-humaneval

      codegen eval report runs/* --out compared

      codegen eval report runs/* --json | jq '.humaneval[].best'
    """
    from codegen_cli.evaluation.report.findings.report import build
    from codegen_cli.evaluation.report.formats.to_json import to_json
    from codegen_cli.evaluation.report.read.folder import read_runs
    from codegen_cli.evaluation.report.write import PAGE, make_folder, write_report

    made = read_runs(runs)
    folder = out or (None if as_json else _FOLDER)
    if folder:
        make_folder(folder)
    with console.stderr().status("comparing…"):
        found = build(made)
        missing = write_report(folder, found) if folder else ""
    if missing:
        console.warn(missing)
    if folder:
        console.note(f'wrote report.md, report.html and report.json into "{folder}"')
    console.emit(to_json(found) if as_json else f"{(folder or _FOLDER) / PAGE}\n")
