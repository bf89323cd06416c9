"""The keys of the chat's line beyond prompt-toolkit's own."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.enums import DEFAULT_BUFFER
from prompt_toolkit.filters import Condition, has_focus
from prompt_toolkit.key_binding import KeyBindings
from prompt_toolkit.key_binding.key_processor import KeyPressEvent


def chat_keys(opens_line: Callable[[], bool]) -> KeyBindings:
    """Return the bindings: Enter submits, Alt-Enter and Ctrl-J open a line, Ctrl-C clears.

    End takes a suggestion, as → does. Where Enter `opens_line`, Alt-Enter submits instead; a
    command is submitted by both.
    """
    keys = KeyBindings()
    # While Ctrl-R searches, Enter and Ctrl-C belong to the search.
    on_line = has_focus(DEFAULT_BUFFER)

    @Condition
    def swapped() -> bool:
        text = get_app().current_buffer.text
        return opens_line() and bool(text) and not text.startswith("/")

    @keys.add("enter", filter=on_line & ~swapped)
    @keys.add("escape", "enter", filter=on_line & swapped)
    def submit(event: KeyPressEvent) -> None:
        event.current_buffer.validate_and_handle()

    @keys.add("enter", filter=on_line & swapped)
    @keys.add("escape", "enter", filter=on_line & ~swapped)
    @keys.add("c-j", filter=on_line)
    def open_line(event: KeyPressEvent) -> None:
        event.current_buffer.newline(copy_margin=False)

    @keys.add("c-c", filter=on_line)
    @keys.add("<sigint>", filter=on_line)
    def clear(event: KeyPressEvent) -> None:
        if event.current_buffer.text:
            event.current_buffer.reset()
        else:
            event.app.exit(exception=KeyboardInterrupt(), style="class:aborting")

    @Condition
    def suggested() -> bool:
        buffer = get_app().current_buffer
        return bool(buffer.suggestion) and buffer.document.is_cursor_at_the_end

    @keys.add("end", filter=on_line & suggested)
    def take(event: KeyPressEvent) -> None:
        if suggestion := event.current_buffer.suggestion:
            event.current_buffer.insert_text(suggestion.text)

    return keys
