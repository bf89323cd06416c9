"""The one place where a broken or hostile file becomes a `CheckpointError`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from codegen_cli.errors import CheckpointError

DOWNLOAD_AGAIN = "download the file again"
_SHOWN_CHARACTERS = 80


class Malformed(Exception):
    """Say what is wrong with a file; the wall puts the file's path in front.

    `reason` continues a sentence that starts with the path ("is empty").
    """

    def __init__(self, reason: str, hint: str = DOWNLOAD_AGAIN) -> None:
        super().__init__(reason)
        self.reason = reason
        self.hint = hint


def shown(text: str) -> str:
    """Quote text from a file for a message: short, and without terminal control characters."""
    return ascii(text if len(text) <= _SHOWN_CHARACTERS else text[:_SHOWN_CHARACTERS] + "…")


@contextmanager
def reading(path: object) -> Iterator[None]:
    """Turn everything that goes wrong while `path` is read into one `CheckpointError`.

    The list of what zipfile, json, struct and int raise on hostile bytes is open-ended and grows
    with Python's versions, so every `Exception` counts; the original stays as the cause.
    """
    try:
        yield
    except CheckpointError:
        raise
    except Malformed as exc:
        raise CheckpointError(f"{path} {exc.reason}", exc.hint) from exc
    except OSError as exc:
        raise CheckpointError(f"{path} cannot be read: {exc.strerror or exc}") from exc
    except Exception as exc:
        detail = f"{type(exc).__name__}: {shown(str(exc))}"
        raise CheckpointError(f"{path} is damaged: {detail}", DOWNLOAD_AGAIN) from exc
