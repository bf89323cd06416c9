"""Read the TOML file of a recipe; what it does not know is an error, never ignored."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields
from pathlib import Path
from typing import Any, TypeVar

from codegen_cli.errors import UsageError
from models.train.settings import Recipe, Stage, Training
from models.train.shape import ModelShape

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

#: The recipes that come with the project.
RECIPES = Path(__file__).parent / "recipes"


def read_recipe(name: str) -> Recipe:
    """Return the recipe of a TOML file, or of a name such as `350M`.

    Raises:
        UsageError: there is none, or a key or value in it is wrong.
    """
    path = Path(name)
    if path.suffix != ".toml":
        path = RECIPES / f"{name}.toml"
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        known = ", ".join(sorted(file.stem for file in RECIPES.glob("*.toml")))
        raise UsageError(
            f'cannot read the recipe "{name}": {error}', f"give a TOML file or one of {known}"
        ) from error
    return recipe_of(table, path.stem)


def recipe_of(table: Mapping[str, Any], name: str) -> Recipe:
    """Return the recipe in a table: `[model]`, `[training]` for all stages, `[stage.NAME]`.

    Raises:
        UsageError: a key or value in it is wrong.
    """
    _refuse_unknown(table, {"name", "model", "training", "stage"}, "the recipe")
    stages = table.get("stage", {})
    if not isinstance(stages, dict) or not stages:
        raise UsageError("the recipe has no stage", "add [stage.NAME]")
    shared = _table(table, "training")
    return Recipe(
        name=str(table.get("name", name)),
        model=fill(ModelShape, _table(table, "model"), "model"),
        stages=tuple(_stage(key, _table(stages, key), shared) for key in stages),
    )


def _stage(name: str, table: Mapping[str, Any], shared: Mapping[str, Any]) -> Stage:
    places = {key: str(table[key]) for key in ("data", "eval_data") if key in table}
    own = {key: value for key, value in table.items() if key not in places}
    return Stage(name, fill(Training, {**shared, **own}, f"stage.{name}"), **places)


def _table(table: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    found = table.get(name, {})
    if not isinstance(found, dict):
        raise UsageError(f"{name}: {found!r} is not a table", f"write [{name}]")
    return found


def fill(kind: type[T], table: Mapping[str, Any], where: str) -> T:
    """Return the settings of a table.

    Raises:
        UsageError: a key is unknown or missing, or a value has another type.
    """
    known = {item.name: item for item in fields(kind)}  # type: ignore[arg-type]
    _refuse_unknown(table, set(known), where)
    missing = [n for n, item in known.items() if item.default is MISSING and n not in table]
    if missing:
        raise UsageError(f"{where}: {missing[0]} is missing")
    return kind(**{key: _typed(table[key], str(known[key].type), where, key) for key in table})


def _typed(value: Any, kind: str, where: str, key: str) -> Any:
    if kind == "float" and type(value) is int:
        return float(value)
    if type(value).__name__ != kind:
        raise UsageError(f"{where}: {key} = {value!r} is not of type {kind}")
    return value


def _refuse_unknown(table: Mapping[str, Any], known: set[str], where: str) -> None:
    strange = sorted(set(table) - known)
    if strange:
        raise UsageError(f'{where} has no key "{strange[0]}"', f"it has {', '.join(sorted(known))}")
