"""The child that runs an untrusted program and answers calls of one of its functions."""

from __future__ import annotations

import builtins
import random
from typing import Any

from . import failure, wire
from .encode import encode
from .revive import revive

_BUILTINS = builtins.__dict__
#: Parts of one returned value, at most.
_MOST_VALUE = 1 << 20


def run(program: str, entry_point: str, hear: int, say: int) -> None:
    """Run the program, then serve calls until the other side leaves."""
    random.seed(0)
    originals = dict(_BUILTINS)
    namespace: dict[str, Any] = {"__name__": "program", "__file__": failure.FILE}
    try:
        exec(compile(program, failure.FILE, "exec", dont_inherit=True), namespace)  # noqa: S102
    except BaseException as error:
        wire.send(say, _raised(error))
        return
    finally:
        # A program that broke a builtin broke it for itself.
        _BUILTINS.update(originals)
    if entry_point not in namespace:
        wire.send(say, _raised(NameError(f"name '{entry_point}' is not defined")))
        return
    function = namespace[entry_point]
    wire.send(say, ["ready"])
    while True:
        arguments, keywords = wire.receive(hear)
        try:
            values = [revive(argument) for argument in arguments]
            named = {name: revive(value) for name, value in keywords.items()}
            answer = ["value", encode(function(*values, **named), _MOST_VALUE)]
        except BaseException as error:
            answer = _raised(error)
        wire.send(say, answer)


def _raised(error: BaseException) -> list[Any]:
    kinds = [kind.__name__ for kind in type(error).__mro__]
    first = error.args[0] if len(error.args) == 1 else None
    message = first if isinstance(first, str) else failure.line(error).partition(": ")[2]
    return ["raise", kinds[:20], message[:500]]
