"""Find a model by name or path: the packaged one, then the GGUF files of the models folder."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.errors import ModelNotFound
from codegen_cli.paths import models_dir
from codegen_cli.registry.nearest import did_you_mean
from codegen_cli.registry.recipes import find_recipe, recipes
from codegen_cli.registry.registered import Registered, registered

#: The folder of what ships inside the package.
PACKAGED = Path(__file__).parent / "packaged"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A GGUF file that can be named; `registered` where it was pulled."""

    name: str
    path: Path
    packaged: bool
    registered: Registered | None = None


def local_models() -> list[LocalModel]:
    """Return every model on this machine by name; a user's file hides a packaged one."""
    found = {path.stem: LocalModel(path.stem, path, True) for path in _gguf_files(PACKAGED)}
    for path in _gguf_files(models_dir()):
        found[path.stem] = LocalModel(path.stem, path, False, registered(path))
    return sorted(found.values(), key=lambda model: (not model.packaged, model.name))


def find_model(name: str) -> Path:
    """Return the file of a model, given a path, its name, its recipe's name or its Hub id.

    Of several types that were pulled of one model, a recipe's name means the largest.

    Raises:
        ModelNotFound: nothing has this name; near ones are suggested.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    matches = find_local(name)
    if matches:
        return max(matches, key=lambda model: model.path.stat().st_size).path
    if path.is_dir():
        raise ModelNotFound(
            f'"{name}" is a folder, not a GGUF file',
            f"convert a checkpoint first: codegen convert {name} -o model.gguf -q Q8_0; or run it "
            "as it is with --engine transformers",
        )
    recipe = find_recipe(name)
    if recipe is not None:
        raise ModelNotFound(
            f"{recipe.name} is not on this machine", f"get it: codegen pull {recipe.name}"
        )
    if os.sep in name or path.suffix == ".gguf":
        raise ModelNotFound(f'no such model file: "{name}"', "check the path")
    here = [model.name for model in local_models()]
    near = did_you_mean(name, [*here, *(recipe.name for recipe in recipes())])
    raise ModelNotFound(
        f'no model named "{name}"',
        f"{near}here: {', '.join(here) or 'none'}; see `codegen models list`",
    )


def find_local(name: str) -> list[LocalModel]:
    """Return the models on this machine that a name means: one by its own name, else all pulled.

    `name` is whatever users type but a path; its case does not matter.
    """
    wanted = name.lower().removesuffix(".gguf")
    models = local_models()
    exact = [model for model in models if model.name.lower() == wanted]
    if exact:
        return exact
    recipe = find_recipe(name)
    if recipe is not None:
        wanted = recipe.repo.lower()
    return [
        model
        for model in models
        if model.registered
        and wanted in (model.registered.name.lower(), model.registered.repo.lower())
    ]


def _gguf_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gguf")) if folder.is_dir() else []
