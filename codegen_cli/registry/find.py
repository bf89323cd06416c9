"""Find a model by name or path: the packaged one, then the GGUF files of the models folder."""

from __future__ import annotations

import difflib
import os
from dataclasses import dataclass
from pathlib import Path

from codegen_cli.errors import ModelNotFound
from codegen_cli.paths import models_dir

_PACKAGED = Path(__file__).parent / "packaged"


@dataclass(frozen=True, slots=True)
class LocalModel:
    """A GGUF file that can be named."""

    name: str
    path: Path
    packaged: bool


def local_models() -> list[LocalModel]:
    """Return every model on this machine by name; a user's file hides a packaged one."""
    found = {path.stem: LocalModel(path.stem, path, True) for path in _gguf_files(_PACKAGED)}
    for path in _gguf_files(models_dir()):
        found[path.stem] = LocalModel(path.stem, path, False)
    return sorted(found.values(), key=lambda model: (not model.packaged, model.name))


def find_model(name: str) -> Path:
    """Return the file of a model, given its name or a path.

    Raises:
        ModelNotFound: nothing has this name; near ones are suggested.
    """
    path = Path(name).expanduser()
    if path.is_file():
        return path
    models = {model.name.lower(): model for model in local_models()}
    model = models.get(name.lower().removesuffix(".gguf"))
    if model and os.sep not in name:
        return model.path
    if path.is_dir():
        raise ModelNotFound(
            f'"{name}" is a folder, not a GGUF file',
            f"convert a checkpoint first: codegen convert {name} -o model.gguf -q Q8_0; or run it "
            "as it is with --engine transformers",
        )
    if os.sep in name or path.suffix == ".gguf":
        raise ModelNotFound(f'no such model file: "{name}"', "check the path")
    raise ModelNotFound(f'no model named "{name}"', _suggestion(name, list(models)))


def _suggestion(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.5)
    question = f"did you mean {near[0]}? " if near else ""
    return f"{question}known: {', '.join(known) or 'none'}; see `codegen models list`"


def _gguf_files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.gguf")) if folder.is_dir() else []
