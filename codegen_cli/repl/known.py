"""What the completion of a chat can offer, looked up when a key asks for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli.program.names import defined_names
from codegen_cli.repl.complete import Choices, Known

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


def known_to(chat: Callable[[], Chat]) -> Known:
    """Return what can be offered for a chat as it is at the time of asking."""

    def turns() -> Choices:
        return [(str(n), step) for n, step in enumerate(chat().session.shown.steps, 1)]

    def places() -> Choices:
        return chat().session.places()

    def sessions() -> Choices:
        outside = chat().outside
        return outside.sessions("") if outside else ()

    return Known(
        folder=_list_folder,
        turns=turns,
        places=places,
        models=_models,
        sessions=sessions,
        names=lambda: defined_names(chat().session.shown),
    )


def _models() -> Choices:
    from codegen_cli.registry.find import local_models

    return [(model.name, "") for model in local_models()]


def _list_folder(folder: str) -> Iterator[tuple[str, bool]]:
    try:
        with os.scandir(Path(folder or ".").expanduser()) as entries:
            for entry in entries:
                yield entry.name, entry.is_dir()
    except (OSError, RuntimeError):
        # No such folder, or no such user's home: nothing to offer.
        return
