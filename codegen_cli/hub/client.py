"""The door to huggingface_hub: no telemetry, its warnings as notes, its errors as ours."""

from __future__ import annotations

import errno
import logging
import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import TypeVar

from codegen_cli.errors import CodegenError, HubError, ModelError, ModelNotFound
from codegen_cli.registry.nearest import did_you_mean
from codegen_cli.registry.recipes import recipes

T = TypeVar("T")

KEPT = "what was downloaded is kept: run the same command again"

#: Seconds before another try at what may pass: a busy server, a lost connection.
_WAITS = (1, 2, 4)

#: Addresses of storage servers carry signatures that are long and secret.
_QUERY = re.compile(r"\?[^\s'\"]+")

_MOST_CHARACTERS = 200

#: What the disk refuses; every other system error is the network's.
_DISK = frozenset({errno.ENOSPC, errno.EACCES, errno.EPERM, errno.EROFS, errno.EDQUOT, errno.EFBIG})


def client() -> ModuleType:
    """Return the huggingface_hub package, set up to our house rules."""
    # Unless told not to, it reports what is installed and asks the Hub for a list of programs.
    os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
    import huggingface_hub.utils

    return huggingface_hub


def is_offline() -> bool:
    """Say whether the environment (HF_HUB_OFFLINE) switches the network off."""
    client()
    from huggingface_hub import constants

    return bool(constants.HF_HUB_OFFLINE)


@contextmanager
def warnings_as_notes(on_note: Callable[[str], None]) -> Iterator[None]:
    """Hand what the client logs (retries, waits) to `on_note`, and switch its bars off."""

    class Notes(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            on_note(_short(record.getMessage()))

    client().utils.disable_progress_bars()
    logger = logging.getLogger("huggingface_hub")
    before, logger.handlers = logger.handlers, [Notes()]
    try:
        yield
    finally:
        logger.handlers = before


def patiently(repo: str, call: Callable[[], T], on_note: Callable[[str], None]) -> T:
    """Return what a call to the client returns; try again a few times where that may help.

    Raises:
        ModelNotFound, ModelError: the repository, revision or file is not there or not open to us.
        HubError: the Hub cannot be reached, or stays busy or broken.
        CodegenError: the disk refuses.
    """
    for wait in _WAITS:
        try:
            with translated(repo):
                return call()
        except HubError as error:
            on_note(f"{error.message}; trying again in {wait} s")
            time.sleep(wait)
    with translated(repo):
        return call()


@contextmanager
def translated(repo: str) -> Iterator[None]:
    """Turn whatever the client raises into one of our errors.

    The list of what its HTTP library raises is open-ended, so every `Exception` counts; the
    original stays as the cause.
    """
    try:
        yield
    except CodegenError:
        raise
    except Exception as error:
        raise _translate(repo, error) from error


def _translate(repo: str, error: BaseException) -> CodegenError:
    from huggingface_hub import errors

    if isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        return _translate(repo, error.__cause__)
    token = "set HF_TOKEN, or log in with `hf auth login`"
    if isinstance(error, errors.GatedRepoError):
        return ModelError(f"{repo} is open only to those who asked for access", token)
    if isinstance(error, errors.RepositoryNotFoundError):
        known = [recipe.repo for recipe in recipes()]
        near = "" if repo in known else did_you_mean(repo, known, cutoff=0.8)
        return ModelNotFound(
            f"the Hub has no {repo}, or it is private", near or f"check the name, or {token}"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return ModelNotFound(f"{repo} has no such revision", "check --revision on its page")
    if isinstance(error, errors.EntryNotFoundError):
        return ModelError(f"a file of {repo} is gone", "try again, or another --revision")
    if isinstance(error, errors.HFValidationError):
        return ModelNotFound(f'"{repo}" is no Hub id', "it has the form owner/name")
    if isinstance(error, errors.HfHubHTTPError):
        return _refused(repo, error.response.status_code, token)
    if isinstance(error, OSError) and error.errno in _DISK:
        where = f' "{error.filename}"' if error.filename else ""
        return CodegenError(
            f"cannot write{where}: {error.strerror}", f"check the disk and its space; {KEPT}"
        )
    reason = _short(f"{type(error).__name__}: {error}")
    return HubError(f"cannot get {repo} from the Hub: {reason}", f"check the connection; {KEPT}")


def _refused(repo: str, status: int, token: str) -> CodegenError:
    if status == 401:
        return ModelError(f"the Hub refuses the token for {repo} (401)", token)
    if status == 403:
        return ModelError(f"the token may not read {repo} (403)", "ask for access on its page")
    if status == 429:
        return HubError(f"the Hub asks to wait before more of {repo} (429)", f"later, {KEPT}")
    if status >= 500:
        return HubError(f"the Hub answers {status} for {repo}", f"later, {KEPT}")
    return ModelError(f"the Hub answers {status} for {repo}", "CODEGEN_DEBUG=1 shows the request")


def _short(text: str) -> str:
    line = _QUERY.sub("", " ".join(text.split()))
    return line if len(line) <= _MOST_CHARACTERS else line[:_MOST_CHARACTERS] + "…"
