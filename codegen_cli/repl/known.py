"""What the completion of a chat can offer, looked up when a key asks for it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from codegen_cli.program import Program
from codegen_cli.program.names import defined_names
from codegen_cli.repl.complete import Choices, Known


def known_to(
    program: Callable[[], Program],
    places: Callable[[], Choices] = tuple,
    sessions: Callable[[], Choices] = tuple,
) -> Known:
    """Return what can be offered for a program as it is at the time of asking."""

    def turns() -> Choices:
        return [(str(number), step) for number, step in enumerate(program().steps, 1)]

    return Known(
        folder=_list_folder,
        turns=turns,
        places=places,
        models=_models,
        sessions=sessions,
        names=lambda: defined_names(program()),
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
