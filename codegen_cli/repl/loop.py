"""The loop of the chat: read, act, and go on whatever happens."""

from __future__ import annotations

from contextlib import nullcontext

from codegen_cli.errors import CodegenError, Interrupted
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.keyboard import quiet_keyboard


def run_chat(chat: Chat) -> None:
    """Read and act until the user leaves or the input ends.

    Raises:
        Interrupted: Ctrl-C in a script.
    """
    with quiet_keyboard() if chat.reader.is_terminal else nullcontext():
        while not chat.done:
            try:
                _turn(chat)
            except KeyboardInterrupt:
                if not chat.reader.attended:
                    raise Interrupted() from None
                chat.view.note("Ctrl-D leaves")


def _turn(chat: Chat) -> None:
    """Read a line and act on it; no error of it ends the chat."""
    try:
        line = chat.read()
    except EOFError:
        line = "/quit"
    except CodegenError as error:
        chat.view.fail(error.message, error.hint)
        return
    try:
        act(chat, line)
    except Interrupted:
        raise
    except CodegenError as error:
        chat.view.fail(error.message, error.hint)
    except BrokenPipeError:
        # Nobody reads any more: saying so would only break the pipe again.
        raise
    except OSError as error:
        chat.view.fail(str(error))
    except Exception as error:
        chat.view.unexpected(error)


def act(chat: Chat, line: str) -> None:
    """Do what a line says: nothing keeps the pending turn, `/…` is a command, the rest a step."""
    line = line.strip()
    verb = "step"
    try:
        if not line:
            verb = "accept"
            chat.accept()
        elif line.startswith("/") and not line.startswith("//"):
            verb = line[1:].split(None, 1)[0] if line[1:].strip() else "/"
            COMMANDS.dispatch(chat, line[1:])
        else:
            chat.draw(chat.session.ask(line[1:] if line.startswith("//") else line))
    finally:
        chat.keep(verb)
