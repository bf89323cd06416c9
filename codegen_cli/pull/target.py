"""What a pull makes: the model's name, its file, and whether it is there already."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from codegen_cli.paths import models_dir
from codegen_cli.registry.recipe import Recipe
from codegen_cli.registry.registered import Registered, registered


@dataclass(frozen=True, slots=True)
class Target:
    """A model to be: `label` is what it is called by, in messages and in its registration."""

    repo: str
    recipe: Recipe | None
    file_type: str

    @property
    def label(self) -> str:
        """Return the recipe's name, or the Hub id."""
        return self.recipe.name if self.recipe else self.repo

    @property
    def path(self) -> Path:
        """Return the file: one for each model and type, whoever made it."""
        stem = self.label.replace("/", "--")
        return models_dir() / f"{stem}-{self.file_type}.gguf"


def present(target: Target, commit: str | None) -> Registered | None:
    """Return the registration of a model that is there, made from `commit` (None: from any)."""
    record = registered(target.path)
    if record is None or not target.path.is_file():
        return None
    same = record.repo == target.repo and record.size == target.path.stat().st_size
    return record if same and commit in (None, record.commit) else None
