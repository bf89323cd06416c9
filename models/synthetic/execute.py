"""Run generated programs and keep what they print.

They are this package's own code, so they run in the worker itself, under limits of memory and time;
programs of models go through `codegen_cli.sandbox`.
"""

from __future__ import annotations

import math
import re
import resource
import signal
import warnings
from collections.abc import Callable
from types import FrameType
from typing import Any

from codegen_cli.errors import CodegenError

_MEMORY = 4 << 30
_SECONDS = 20.0
#: No honest step counts further. Where a program ends must not depend on the clock, else neither
#: would the corpus be the same twice: the time limit is for what nobody foresaw, and stops all.
_FURTHEST = 20_000
_LONGEST = 400
_HUGE = re.compile(r"\d{16}")


class Refused(Exception):
    """A program that fails, counts too far, or prints nothing worth learning."""


def limit() -> None:
    """Bound what this process may use; for the start of a worker."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _MEMORY if hard == resource.RLIM_INFINITY else min(_MEMORY, hard)
    resource.setrlimit(resource.RLIMIT_AS, (wanted, hard))
    signal.signal(signal.SIGALRM, _late)
    # Ctrl-C is the parent's to handle.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


class _Late(BaseException):
    pass


def _late(_number: int, _frame: FrameType | None) -> None:
    raise _Late


def _range(*bounds: int) -> range:
    counted = range(*bounds)
    if len(counted) > _FURTHEST:
        raise Refused("it counts too far")
    return counted


def run(code: str, *, timed: bool = False) -> Any:
    """Return the last value a program prints.

    With `timed`, in a process prepared by `limit`, a program without end is an error.

    Raises:
        Refused: it failed, counts far, or its value is long, huge or not finite.
        CodegenError: it ran for twenty seconds.
    """
    printed: list[Any] = []
    record: Callable[..., None] = printed.append
    scope = {"__name__": "program", "print": record, "range": _range}
    if timed:
        signal.setitimer(signal.ITIMER_REAL, _SECONDS)
    try:
        with warnings.catch_warnings():
            # What numpy warns of, such as the mean of nothing, is no result to learn.
            warnings.simplefilter("error")
            exec(compile(code, "program", "exec"), scope)  # noqa: S102
    except _Late:
        raise CodegenError("a generated program does not end", f"see its code: {code!r}") from None
    except Exception as error:
        raise Refused(f"{type(error).__name__}: {error}") from error
    finally:
        if timed:
            signal.setitimer(signal.ITIMER_REAL, 0)
    if not printed:
        raise Refused("nothing was printed")
    text = shown(printed[-1])
    unfit = len(text) > _LONGEST or _HUGE.search(text.split(".")[0]) is not None
    if unfit or (isinstance(printed[-1], float) and not math.isfinite(printed[-1])):
        raise Refused("its value is too long or not finite")
    return printed[-1]


def shown(value: Any) -> str:
    """Return what `print` shows of a value, independent of numpy's settings for scalars."""
    return str(value)
