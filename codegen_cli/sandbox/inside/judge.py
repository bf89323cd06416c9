"""The child that runs a trusted test; the candidate it calls lives in another process.

Nothing untrusted runs here: the candidate's answers arrive as plain data, so no program can reach
the descriptor that carries the verdict.
"""

from __future__ import annotations

import builtins
import random
from typing import Any

from . import failure, wire
from .encode import encode
from .revive import revive

_MOST_ARGUMENTS = 1 << 22


class Gone(BaseException):
    """The program left; why, its exit code will tell. No test catches this by mistake."""


class Left(BaseException):
    """The program ended its own check; the text says how."""


def run(text: int, hear: int, say: int, verdict: int) -> None:
    """Read the test, run it, write the verdict."""
    message = wire.receive(text)
    random.seed(0)
    wire.send(verdict, _judge(message, hear, say))


def _judge(message: dict[str, str], hear: int, say: int) -> dict[str, Any]:
    entry_point = message["entry_point"]
    candidate = _proxy(entry_point, hear, say)
    namespace: dict[str, Any] = {"__name__": "test"}
    try:
        _answer(hear)
        for name, text in (("trusted", message["trusted"]), ("test", message["test"])):
            exec(compile(text, f"{name}.py", "exec", dont_inherit=True), namespace)  # noqa: S102
            namespace[entry_point] = candidate
        namespace["check"](candidate)
    except Gone:
        return {"passed": False, "gone": True}
    except Left as error:
        return {"passed": False, "result": f"failed: {error}"}
    except MemoryError:
        return {"passed": False, "result": "failed: out of memory"}
    except BaseException as error:
        return {"passed": False, "result": f"failed: {failure.line(error)}"}
    return {"passed": True, "result": "passed"}


def _proxy(name: str, hear: int, say: int) -> Any:
    def candidate(*arguments: Any, **keywords: Any) -> Any:
        call = [
            [encode(argument, _MOST_ARGUMENTS) for argument in arguments],
            {key: encode(value, _MOST_ARGUMENTS) for key, value in keywords.items()},
        ]
        try:
            wire.send(say, call)
        except wire.Broken as error:
            raise Gone from error
        return _answer(hear)

    candidate.__name__ = candidate.__qualname__ = name
    return candidate


def _answer(hear: int) -> Any:
    """Return what the program answered, or raise what it raised."""
    try:
        kind, *rest = wire.receive(hear)
    except (wire.Broken, ValueError, TypeError) as gone:
        raise Gone from gone
    if kind == "ready":
        return None
    try:
        if kind == "value":
            return revive(rest[0])
        names, message = rest
        error = _exception([str(name) for name in names], str(message))
    except (wire.Broken, ValueError, TypeError, LookupError) as broken:
        raise Left("the program sent something that is no answer") from broken
    raise error


def _exception(kinds: list[str], message: str) -> BaseException:
    """Return an exception of this name under the nearest builtin one of its base classes."""
    name = kinds[0]
    if not {"SystemExit", "KeyboardInterrupt", "GeneratorExit"}.isdisjoint(kinds):
        return Left(f"{name}: {message}" if message else name)
    found = (getattr(builtins, kind, None) for kind in kinds)
    bases = [kind for kind in found if isinstance(kind, type) and issubclass(kind, Exception)]
    base = bases[0] if bases else RuntimeError
    try:
        made: BaseException = (base if base.__name__ == name else type(name, (base,), {}))(message)
    except TypeError:
        # Some (UnicodeDecodeError) want more arguments than a message.
        made = type(name, (RuntimeError,), {})(message)
    return made
