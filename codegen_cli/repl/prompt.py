"""The chat's line at a terminal: editing, history, suggestions, completion, a status line."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import AbstractContextManager

from prompt_toolkit import PromptSession
from prompt_toolkit.application import get_app, get_app_session
from prompt_toolkit.auto_suggest import AutoSuggestFromHistory
from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document
from prompt_toolkit.enums import EditingMode
from prompt_toolkit.filters import Condition
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.styles import Style

from codegen_cli.console import visible
from codegen_cli.repl.commands import COMMANDS
from codegen_cli.repl.complete import Known, complete
from codegen_cli.repl.history import open_history
from codegen_cli.repl.keyboard import Keyboard
from codegen_cli.repl.keys import chat_keys
from codegen_cli.repl.read import Toolbar, Typing, prompt_text

_PLACEHOLDER = "one step in plain words, or /help"
_STYLE = Style.from_dict(
    {"prompt": "bold ansigreen", "continuation": "ansigreen", "placeholder": "ansibrightblack"}
)


class TerminalReader:
    """Read lines with prompt-toolkit."""

    is_terminal = True
    attended = True

    def __init__(self, typing: Typing, known: Known) -> None:
        self.opens_line = False
        self._keyboard = Keyboard(get_app_session().input)
        self._lines: PromptSession[str] = PromptSession(
            history=open_history(typing.history),
            auto_suggest=AutoSuggestFromHistory(),
            completer=_Completer(known),
            complete_while_typing=Condition(_typing_command),
            # Up recalls what begins like the line; prompt-toolkit completes only where it does not.
            enable_history_search=~Condition(_typing_command),
            editing_mode=EditingMode.VI if typing.vi else EditingMode.EMACS,
            enable_open_in_editor=True,
            tempfile_suffix=".txt",
            enable_suspend=True,
            key_bindings=chat_keys(lambda: self.opens_line),
            multiline=True,
            prompt_continuation=_continuation,
            reserve_space_for_menu=6,
            style=_STYLE,
        )

    def read(self, number: int, toolbar: Toolbar, text: str = "", *, opened: bool = False) -> str:
        """Return what was entered, line ends of a paste included.

        Raises:
            EOFError: Ctrl-D on an empty line.
            KeyboardInterrupt: Ctrl-C on an empty line.
        """
        with self._keyboard.released():
            first = number == 1 and not opened
            style = "class:continuation" if opened else "class:prompt"
            return self._lines.prompt(
                [(style, prompt_text(number, opened=opened))],
                default=text,
                placeholder=[("class:placeholder", _PLACEHOLDER)] if first else "",
                bottom_toolbar=lambda: toolbar(get_app().output.get_size().columns),
            )

    def ask(self, question: str) -> str:
        """Return the answer to a question; it is no part of the history.

        Raises:
            EOFError: Ctrl-D.
            KeyboardInterrupt: Ctrl-C.
        """
        with self._keyboard.released(typed=False):
            answer: PromptSession[str] = PromptSession()
            return answer.prompt(question)

    def held(self) -> AbstractContextManager[None]:
        """Take the keyboard for as long as the chat lasts."""
        return self._keyboard.held()

    def released(self) -> AbstractContextManager[None]:
        """Lend the keyboard, as it was found, to another program."""
        return self._keyboard.released(typed=False, as_found=True)


class _Completer(Completer):
    """Lend the pure completion to prompt-toolkit."""

    def __init__(self, known: Known) -> None:
        self._known = known

    def get_completions(self, document: Document, event: CompleteEvent) -> Iterable[Completion]:
        """Return the candidates; a failure only means that there are none."""
        cursor = document.cursor_position
        for candidate in complete(document.text, cursor, COMMANDS, self._known):
            yield Completion(
                candidate.text,
                candidate.start - cursor,
                display=visible(_last_name(candidate.text) if candidate.start else candidate.text),
                display_meta=candidate.about,
            )


def _last_name(path: str) -> str:
    return path[path.rstrip("/").rfind("/") + 1 :]


def _typing_command() -> bool:
    return get_app().current_buffer.text.startswith("/")


def _continuation(width: int, _line: int, wrapped: int) -> StyleAndTextTuples:
    # A line that is only too long for the terminal is no new one.
    return [("class:continuation", ("" if wrapped else "… ").rjust(width))]
