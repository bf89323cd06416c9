"""The recipes that come with the package, and how users name them."""

from __future__ import annotations

import functools
import re
import sys
from pathlib import Path
from typing import Any

from codegen_cli.errors import ModelNotFound
from codegen_cli.registry.nearest import did_you_mean
from codegen_cli.registry.recipe import Recipe, parse_recipe

if sys.version_info >= (3, 11):
    import tomllib
else:  # pragma: no cover
    import tomli as tomllib

_HERE = Path(__file__).parent
_WEB = re.compile(r"https?://(huggingface\.co|hf\.co)/")
_REPO = re.compile(r"[\w.-]+/[\w.-]+")


def recipes() -> tuple[Recipe, ...]:
    """Return every recipe, CodeGen1 first, small ones first."""
    return _load(_folder())


def find_recipe(name: str) -> Recipe | None:
    """Return the recipe with this name or Hub id, whatever its case; None where there is none."""
    wanted = _WEB.sub("", name).strip("/").lower()
    for recipe in recipes():
        if wanted in (known.lower() for known in recipe.names()):
            return recipe
    return None


def parse_source(name: str) -> tuple[str, Recipe | None]:
    """Return the Hub id that a user means, and its recipe where there is one.

    Raises:
        ModelNotFound: it is no known name and no Hub id.
    """
    recipe = find_recipe(name)
    if recipe is not None:
        return recipe.repo, recipe
    repo = _WEB.sub("", name).strip("/")
    if _REPO.fullmatch(repo) and not Path(name).exists():
        return repo, None
    if Path(name).exists():
        raise ModelNotFound(
            f'"{name}" is on this machine already',
            f"convert it: codegen convert {name} -o model.gguf",
        )
    known = [recipe.name for recipe in recipes()]
    raise ModelNotFound(
        f'no recipe is named "{name}"',
        f"{did_you_mean(name, known)}give one of `codegen models list`, or a Hub id such as "
        "Salesforce/codegen-350M-mono",
    )


def _folder() -> Path:
    """Return the folder of the wheel, else that of the source tree."""
    packaged = _HERE / "recipes"
    return packaged if packaged.is_dir() else _HERE.parents[1] / "models" / "recipes"


@functools.cache
def _load(folder: Path) -> tuple[Recipe, ...]:
    found = [parse_recipe(_read(path)) for path in folder.glob("*.toml")]
    return tuple(sorted(found, key=_order))


def _read(path: Path) -> dict[str, Any]:
    with path.open("rb") as file:
        data: dict[str, Any] = tomllib.load(file)
    return data


def _order(recipe: Recipe) -> tuple[int, int, int]:
    kinds = ("salesforce/codegen-", "salesforce/codegen2-", "salesforce/codegen25")
    families = ("NL", "Multi", "Mono", "Instruct")
    kind = [recipe.repo.lower().startswith(start) for start in kinds]
    first = kind.index(True) if any(kind) else len(kinds)
    return first, recipe.parameters, families.index(recipe.family)
