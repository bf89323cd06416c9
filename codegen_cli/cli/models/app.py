"""The group `codegen models`, and its shortest command."""

from __future__ import annotations

import typer

from codegen_cli import console
from codegen_cli.cli.models.list import list_models
from codegen_cli.cli.models.names import Name
from codegen_cli.cli.models.remove import remove_model
from codegen_cli.cli.models.show import show_model
from codegen_cli.cli.models.verify import verify_models

app = typer.Typer(no_args_is_help=False)


@app.callback(invoke_without_command=True)
def models(ctx: typer.Context) -> None:
    """List, inspect, verify and remove models; `codegen pull` gets more.

    Examples:

      codegen models list

      codegen models show 350M-mono --json

      codegen models path nano
    """
    if ctx.invoked_subcommand is None:
        list_models()


@app.command("path")
def model_path(name: Name) -> None:
    """Print the path of a model's file.

    Example: cp "$(codegen models path nano)" .
    """
    from codegen_cli.registry.find import find_model

    console.emit(f"{find_model(name)}\n")


app.command("list")(list_models)
app.command("show")(show_model)
app.command("verify")(verify_models)
app.command("rm")(remove_model)
