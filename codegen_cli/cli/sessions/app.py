"""The group `codegen sessions`."""

from __future__ import annotations

import typer

from codegen_cli.cli.sessions.export import export_session
from codegen_cli.cli.sessions.list import list_sessions, search_sessions
from codegen_cli.cli.sessions.remove import remove_session
from codegen_cli.cli.sessions.show import show_session

app = typer.Typer(no_args_is_help=False)


@app.callback(invoke_without_command=True)
def sessions(ctx: typer.Context) -> None:
    """List, search, show, export and remove the chats that were kept.

    Examples:

      codegen sessions list

      codegen sessions show last

      codegen sessions export last -o program.ipynb
    """
    if ctx.invoked_subcommand is None:
        list_sessions()


app.command("list")(list_sessions)
app.command("show")(show_session)
app.command("export")(export_session)
app.command("search")(search_sessions)
app.command("rm")(remove_session)
