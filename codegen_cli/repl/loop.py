"""The loop of the chat: read, act, and go on whatever happens."""

from __future__ import annotations

from codegen_cli.errors import CodegenError, Interrupted, UsageError
from codegen_cli.repl import asking
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.check_cases import check_cases
from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.shell import run_shell

#: Begins and ends a step of several lines, where Enter cannot open one.
_BLOCK = '"""'


def run_chat(chat: Chat) -> None:
    """Read and act until the user leaves or the input ends; `chat.failure` is for the caller.

    Raises:
        Interrupted: Ctrl-C in a script.
    """
    with chat.reader.held():
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
        check_cases(chat)
    except Interrupted:
        raise
    except KeyboardInterrupt:
        if not chat.reader.attended:
            raise
        chat.view.note("interrupted")
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
    """Do what a line says: nothing keeps the pending turn, `/…` is a command, `!…` the shell's.

    All else is a step. Lines between two block marks are one, whatever they begin with.
    """
    line = line.strip()
    verb = "step"
    try:
        if line.startswith(_BLOCK):
            if step := _block(chat, line):
                chat.draw(asking.ask(chat.session, step))
        elif not line:
            verb = "accept"
            chat.accept()
        elif line.startswith("/") and not line.startswith("//"):
            verb = line[1:].split(None, 1)[0] if line[1:].strip() else "/"
            COMMANDS.dispatch(chat, line[1:])
        elif line.startswith("!"):
            verb = "!"
            run_shell(chat, line[1:].strip())
        else:
            chat.draw(asking.ask(chat.session, line[1:] if line.startswith("//") else line))
    finally:
        chat.keep(verb)


def _block(chat: Chat, line: str) -> str:
    """Return the lines up to the next block mark as one step; "" where it never comes."""
    text = line.removeprefix(_BLOCK)
    while _BLOCK not in text:
        try:
            text += "\n" + chat.read(opened=True)
        except (EOFError, KeyboardInterrupt):
            if not chat.reader.attended:
                chat.failure = _unclosed(line)
            else:
                chat.view.note(f"the block was not closed by {_BLOCK} and is gone")
            return ""
    return text.partition(_BLOCK)[0].strip()


def _unclosed(line: str) -> UsageError:
    return UsageError(
        f"the input ends in the block that begins with {line!r}: it is no step",
        f"end it with a line {_BLOCK}",
    )
