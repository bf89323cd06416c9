"""Who hears what a load has to say before it is over."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from dataclasses import dataclass


def _warn(message: str) -> None:
    warnings.warn(message, RuntimeWarning, stacklevel=2)


def _ignore(_message: str) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Listener:
    """`note` hears what is about to happen, `warn` what did not work as asked for.

    By default a warning is Python's own, so that nobody falls back to the CPU unheard.
    """

    note: Callable[[str], None] = _ignore
    warn: Callable[[str], None] = _warn


QUIET = Listener()
