"""The child that runs a whole program as `__main__`, and tells what became of it."""

from __future__ import annotations

import builtins
import contextlib
import linecache
import mmap
import random
import re
import reprlib
import sys
import types
from typing import Any

from . import failure, wire
from .prints import Prints
from .slot import Slot

_MOST_VARIABLES = 200
#: Freed when memory runs out, so that there is room to say so.
_RESERVE = 8 << 20
_BUILTINS = builtins.__dict__
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_BY_NAME = (types.FunctionType, types.BuiltinFunctionType, type)


def run(source: str, report: int, slot: Slot | None) -> None:
    """Run a program to its end and write one report."""
    reserve = mmap.mmap(-1, _RESERVE)
    module = types.ModuleType("__main__")
    module.__dict__["__file__"] = failure.FILE
    prints = None if slot is None else Prints(slot)
    if prints is not None:
        module.__dict__["print"] = prints.print
    sys.modules["__main__"] = module
    known = set(module.__dict__)
    originals = dict(_BUILTINS)
    streams = (sys.stdout, sys.stderr)
    error = _execute(source, module.__dict__)
    # A program that broke a builtin broke it for itself.
    _BUILTINS.update(originals)
    answer: dict[str, Any] = {"status": "ok"}
    if error is not None:
        reserve.close()
        answer = failure.describe(error)
        failure.show(error)
    if prints is not None:
        prints.finish()
    _wind_up()
    if error is None:
        answer["variables"] = _variables(module, known)
    _flush(*streams, sys.stdout, sys.stderr)
    with contextlib.suppress(wire.Broken):
        wire.send(report, answer)


def _execute(source: str, namespace: dict[str, Any]) -> BaseException | None:
    """Run a program in a namespace; return what ended it early."""
    lines = source.splitlines(keepends=True)
    linecache.cache[failure.FILE] = (len(source), None, lines, failure.FILE)
    random.seed(0)
    try:
        exec(compile(source, failure.FILE, "exec", dont_inherit=True), namespace)  # noqa: S102
    except BaseException as error:
        return error
    return None


def _wind_up() -> None:
    """Do what an interpreter does at its end: wait for threads, call exit functions."""
    threading = sys.modules.get("threading")
    atexit = sys.modules.get("atexit")
    with contextlib.suppress(BaseException):
        if threading is not None:
            threading._shutdown()
    with contextlib.suppress(BaseException):
        if atexit is not None:
            atexit._run_exitfuncs()


def _flush(*streams: Any) -> None:
    for stream in streams:
        with contextlib.suppress(BaseException):
            stream.flush()


def _variables(module: types.ModuleType, known: set[str]) -> list[list[str]]:
    short = reprlib.Repr()
    short.maxlevel = 8
    short.maxlist = short.maxtuple = short.maxset = short.maxfrozenset = 500
    short.maxdict = short.maxdeque = short.maxarray = 500
    short.maxstring = short.maxlong = short.maxother = 2000
    found: list[list[str]] = []
    for name, value in list(module.__dict__.items()):
        if name in known or name.startswith("_") or type(value) is types.ModuleType:
            continue
        if len(found) == _MOST_VARIABLES:
            break
        found.append([name[:200], type(value).__name__[:200], _text(short, value)])
    return found


def _text(short: reprlib.Repr, value: Any) -> str:
    if type(value) in _BY_NAME:
        return str(value.__name__)[:200]
    try:
        # An object's address says nothing about what the program did.
        return _ADDRESS.sub("", short.repr(value))[:4000]
    except BaseException as error:
        return f"<{type(value).__name__} whose repr raised {type(error).__name__}>"[:200]
