"""Commands about examples of what the program should do."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.files import write_output
from codegen_cli.program.cases import parse_case, to_jsonl
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.check_cases import check_cases
from codegen_cli.repl.commands.declared import COMMANDS


@COMMANDS.command("case", "[A=…, B=… -> VALUE]")
def case(chat: Chat, argument: str) -> None:
    """Add an example: inputs, which fill {A} in later steps, and the value to be printed last."""
    if not argument:
        raise UsageError("/case needs an example", "write /case A=[1, 2] -> 3")
    chat.session.cases.append(parse_case(argument))
    check_cases(chat, asked=True)


@COMMANDS.command("cases", "[clear | FILE.jsonl]", completes="path")
def cases(chat: Chat, argument: str) -> None:
    """Check the examples; clear them, or write them as a benchmark problem."""
    session = chat.session
    known = session.cases
    if not known:
        raise UsageError("there are no cases yet", "write /case A=[1, 2] -> 3")
    if argument == "clear":
        known.clear()
        chat.view.note("no cases any more")
        return
    if not argument:
        check_cases(chat, asked=True)
        return
    path = Path(argument).expanduser()
    if path.exists():
        raise UsageError(f'"{path}" already exists', "name another file")
    write_output(path, to_jsonl(session.shown.steps, known, path.stem, session.templates))
    chat.view.note(f"wrote {len(known)} case{'s' * (len(known) != 1)} to {path}")
