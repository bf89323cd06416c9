"""The command line as a whole: commands in the order of the help, and the version."""

from __future__ import annotations

from typing import Annotated

import typer

from codegen_cli import __version__, console
from codegen_cli.cli.bench import bench
from codegen_cli.cli.blame import blame
from codegen_cli.cli.chat import chat
from codegen_cli.cli.clarity import app as clarity_app
from codegen_cli.cli.complete import complete
from codegen_cli.cli.convert import convert
from codegen_cli.cli.doctor import doctor
from codegen_cli.cli.eval.app import app as eval_app
from codegen_cli.cli.export import export
from codegen_cli.cli.imatrix import imatrix
from codegen_cli.cli.models.app import app as models_app
from codegen_cli.cli.perplexity import perplexity
from codegen_cli.cli.pull import pull
from codegen_cli.cli.quality import quality
from codegen_cli.cli.quantize import quantize
from codegen_cli.cli.replay import replay
from codegen_cli.cli.run import run
from codegen_cli.cli.sessions.app import app as sessions_app

_HELP = """Grow a program one natural-language step at a time, on your own machine.

Examples:

  codegen run examples/average.txt          turn a file of steps into a program

  codegen chat                              one step a turn, with retry and undo

  echo 'Print "hello".' | codegen run -     in a pipe: only the program on stdout
"""

app = typer.Typer(
    help=_HELP,
    no_args_is_help=True,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _print_version(wanted: bool) -> None:
    if wanted:
        console.emit(f"codegen {__version__}\n")
        raise typer.Exit


@app.callback()
def codegen(
    _version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version."
        ),
    ] = False,
) -> None:
    """Take the options that come before a command."""


for _command, _panel in ((chat, "Write"), (run, "Write"), (complete, "Write")):
    app.command(rich_help_panel=_panel)(_command)
app.add_typer(models_app, name="models", rich_help_panel="Models")
app.command(rich_help_panel="Models")(pull)
app.command(rich_help_panel="Models")(convert)
app.command(rich_help_panel="Models")(quantize)
app.command(rich_help_panel="Models")(imatrix)
app.command(rich_help_panel="Models")(quality)
app.command(rich_help_panel="Models")(export)
app.add_typer(eval_app, name="eval", rich_help_panel="Measure")
app.command(rich_help_panel="Measure")(perplexity)
app.command(rich_help_panel="Measure")(bench)
app.add_typer(clarity_app, name="clarity", rich_help_panel="Measure")
app.add_typer(sessions_app, name="sessions", rich_help_panel="Keep")
app.command(rich_help_panel="Keep")(replay)
app.command(rich_help_panel="Keep")(blame)
app.command(rich_help_panel="System")(doctor)
