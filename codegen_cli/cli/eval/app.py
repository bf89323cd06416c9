"""`codegen eval`: the benchmarks, their scores and reports."""

from __future__ import annotations

import typer

from codegen_cli.cli.eval.humaneval import humaneval
from codegen_cli.cli.eval.mtpb import mtpb
from codegen_cli.cli.eval.report import report
from codegen_cli.cli.eval.score import app as score_app

app = typer.Typer(
    help="Measure a model: HumanEval, MTPB, scores and reports.", no_args_is_help=True
)
app.command()(humaneval)
app.command()(mtpb)
app.add_typer(score_app, name="score")
app.command()(report)
