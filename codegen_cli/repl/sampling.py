"""Change sampling settings by name, within the bounds of the command line's options."""

from __future__ import annotations

import difflib
import json
import shlex
from dataclasses import dataclass, replace
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.settings import Sampling

#: llama.cpp keeps counts in 32-bit integers.
_LARGEST = 2**31 - 1


@dataclass(frozen=True, slots=True)
class _Setting:
    kind: type[int] | type[float]
    least: float
    most: float


_SETTINGS = {
    "temperature": _Setting(float, 0, 10),
    "top_p": _Setting(float, 0, 1),
    "top_k": _Setting(int, 0, _LARGEST),
    "min_p": _Setting(float, 0, 1),
    "repeat_penalty": _Setting(float, 0.01, 10),
    "max_tokens": _Setting(int, 1, _LARGEST),
    "seed": _Setting(int, 0, 2**32 - 1),
}

_STOP = "stop"

#: Every setting that can be changed, in the order in which they are shown.
NAMES = (*_SETTINGS, _STOP)


def change(sampling: Sampling, name: str, value: str) -> Sampling:
    """Return the settings with one of them changed; `top-p` is `top_p`.

    Raises:
        UsageError: there is no such setting, or the value is not one for it.
    """
    name = known(name)
    changed: dict[str, Any] = {name: _stops(value) if name == _STOP else _parse(name, value)}
    return replace(sampling, **changed)


def shown(sampling: Sampling, name: str) -> str:
    """Return a setting as it is shown.

    Raises:
        UsageError: there is no such setting.
    """
    value = getattr(sampling, known(name))
    if isinstance(value, tuple):
        return " ".join(json.dumps(text, ensure_ascii=False) for text in value) or "off"
    return f"{value:g}"


def known(name: str) -> str:
    """Return the name of a setting as it is written in the code.

    Raises:
        UsageError: there is no such setting.
    """
    wanted = name.lower().replace("-", "_")
    if wanted in NAMES:
        return wanted
    near = difflib.get_close_matches(wanted, NAMES, n=1, cutoff=0.5)
    question = f"did you mean {near[0]}?" if near else f"settings: {', '.join(NAMES)}"
    raise UsageError(f'no setting "{name}"', question)


def _stops(value: str) -> tuple[str, ...]:
    r"""Return stop strings: words as in a shell, in which `\n` and `\t` are read; none for "off".

    >>> _stops("return 'if __name__' \\n\\n")
    ('return', 'if __name__', '\n\n')
    """
    if value.strip().lower() == "off":
        return ()
    words = shlex.shlex(value, posix=True, punctuation_chars=False)
    words.whitespace_split, words.commenters, words.escape = True, "", ""
    try:
        found = tuple(word.replace("\\n", "\n").replace("\\t", "\t") for word in words)
    except ValueError:
        raise UsageError(f"stop {value} has an open quotation mark", "close it") from None
    if "" in found:
        raise UsageError("a stop string is empty", "/set stop off takes all of them away")
    return found


def _parse(name: str, value: str) -> float:
    setting = _SETTINGS[name]
    what = "a whole number" if setting.kind is int else "a number"
    bounds = f"{setting.least:g}…{setting.most:.10g}"
    try:
        number = setting.kind(value)
    except ValueError:
        raise UsageError(f'{name} "{value}" is not {what}', f"give one in {bounds}") from None
    # NaN is in no range: it fails both comparisons.
    if not setting.least <= number <= setting.most:
        raise UsageError(f"{name} {value} is outside {bounds}", f"give {what} in it")
    return number
