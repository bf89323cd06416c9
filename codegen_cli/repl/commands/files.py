"""Commands that read and write files."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.files import read_input
from codegen_cli.program import parse_program
from codegen_cli.program.tree import Tree
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.clipboard import copy_text
from codegen_cli.repl.commands.declared import COMMANDS
from codegen_cli.repl.ranges import parse_ranges


@COMMANDS.command("save", "[FILE]", completes="path")
def save(chat: Chat, argument: str) -> None:
    """Write the program to a file."""
    chat.save(argument)


@COMMANDS.command("save!", "[FILE]", completes="path")
def save_over(chat: Chat, argument: str) -> None:
    """The same, over any file."""
    chat.save(argument, force=True)


@COMMANDS.command("load", "FILE|SESSION", completes="path")
def load(chat: Chat, argument: str) -> None:
    """Go on with the program of a file, or of a session."""
    if not argument:
        raise UsageError("which file or session?", "write /load FILE.py or /load ID, see /sessions")
    path = Path(argument).expanduser()
    if not path.exists() and chat.outside is not None and "." not in argument:
        chat.outside.load_session(chat, argument)
        return
    tree = Tree.of(parse_program(read_input(str(path)), chat.session.tree.prefix))
    chat.open(tree, path)


@COMMANDS.command("sessions", "[TEXT]")
def sessions(chat: Chat, argument: str) -> None:
    """List the last sessions, or those with TEXT in a turn."""
    if chat.outside is None:
        raise UsageError("this chat knows no sessions", "run codegen sessions list")
    found = chat.outside.sessions(argument)
    for name, about in found:
        chat.view.note(f"{name}  {about}")
    chat.view.note("/load ID goes on with one" if found else "no session")


@COMMANDS.command("fork")
def fork(chat: Chat, _argument: str) -> None:
    """Go on in a copy of this session; the one that is left stays as it is."""
    if chat.keeper is None:
        raise UsageError("this chat is not kept", "leave out --no-session")
    chat.keep("fork")
    left = chat.keeper.fork()
    if left is None:
        raise UsageError("there is no session to copy yet", "write a turn first")
    chat.view.note(f"session {chat.keeper.session} goes on, {left} stays: /load {left}")


@COMMANDS.command("export", "FILE.(py|ipynb|md|jsonl)", completes="path")
def export(chat: Chat, argument: str) -> None:
    """Write the program as a script, notebook, page or records."""
    from codegen_cli.sessions.export import export as exported
    from codegen_cli.sessions.export import form_of
    from codegen_cli.sessions.records import Provenance

    if not argument:
        raise UsageError("which file?", "write /export FILE.py, .ipynb, .md or .jsonl")
    program = chat.session.shown
    form = form_of(Path(argument))
    if chat.keeper:
        chat.keep("export")
        made = chat.keeper.provenances(chat.session.tree)
    else:
        made = [Provenance("user")] * len(program.turns)
    path = chat.store.write_copy(exported(program, made, form), argument)
    chat.view.note(f"exported to {path}")


@COMMANDS.command("copy", "[RANGE]", completes="turn")
def copy(chat: Chat, argument: str) -> None:
    """Put the program, or turns of it, on the clipboard."""
    program = chat.session.shown
    text = program.source
    if argument:
        numbers = parse_ranges(argument, len(program.turns))
        text = "\n\n".join(program.turns[i - 1].text.rstrip("\n") for i in numbers) + "\n"
    if not chat.reader.is_terminal:
        raise UsageError("/copy needs a terminal", "use /save FILE.py")
    chat.view.note(f"copied {len(text.splitlines())} lines · {copy_text(text)}")
