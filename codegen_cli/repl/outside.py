"""What a chat reaches outside for: other models, and the sessions that are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat
    from codegen_cli.repl.keep import Keeper
    from codegen_cli.sessions.records import StoredSession


class Outside(Protocol):
    """The rest of the program, as a chat sees it."""

    def open_model(self, chat: Chat, name: str) -> None:
        """Draw with another model from now on.

        Raises:
            ModelError: it is missing, broken or does not fit.
        """
        ...

    def keeper(self, chat: Chat, stored: StoredSession | None) -> Keeper | None:
        """Return what records the session of a chat, which goes on with a stored one or is new."""
        ...

    def load_session(self, chat: Chat, name: str) -> None:
        """Go on with another session.

        Raises:
            UsageError: there is none of this name.
        """
        ...

    def sessions(self, text: str) -> list[tuple[str, str]]:
        """Return the last sessions, or those with a text in a turn, each with a word about it."""
        ...
