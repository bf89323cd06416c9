"""Settings of training changed on the command line: KEY=VALUE."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from codegen_cli.errors import UsageError
from models.train.settings import Recipe, Training

_PARSERS: dict[str, Any] = {"int": int, "float": float, "str": str}
_BOOLEANS = {"true": True, "false": False}


def overridden(recipe: Recipe, pairs: Sequence[str]) -> Recipe:
    """Return a recipe with settings of all its stages changed.

    Raises:
        UsageError: a key or value is wrong.
    """
    stages = tuple(replace(s, training=changed(s.training, pairs)) for s in recipe.stages)
    return replace(recipe, stages=stages)


def changed(training: Training, pairs: Sequence[str]) -> Training:
    """Return settings with some changed.

    Raises:
        UsageError: a key or value is wrong.
    """
    kinds = {item.name: str(item.type) for item in fields(Training)}
    values = {}
    for pair in pairs:
        key, equals, text = pair.partition("=")
        if not equals or key not in kinds:
            raise UsageError(f'"{pair}" sets nothing of training', f"keys: {', '.join(kinds)}")
        values[key] = _value(key, text, kinds[key])
    return replace(training, **values)


def _value(key: str, text: str, kind: str) -> Any:
    try:
        return _BOOLEANS[text.lower()] if kind == "bool" else _PARSERS[kind](text)
    except (ValueError, KeyError) as error:
        raise UsageError(f'{key} = "{text}" is not of type {kind}') from error
