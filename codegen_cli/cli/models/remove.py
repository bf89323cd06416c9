"""`codegen models rm`: remove a model that was pulled or put into the models folder."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.confirm import confirmed
from codegen_cli.cli.models.choose import choose_models
from codegen_cli.cli.models.names import Name
from codegen_cli.errors import UsageError


def remove_model(
    name: Name,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")] = False,
    as_json: o.Json = False,
) -> None:
    """Remove a model's file and its registration; at a terminal, ask first.

    Example: codegen models rm 350M-mono-Q8_0 --yes
    """
    from codegen_cli.paths import models_dir
    from codegen_cli.registry.registered import registration_path

    models = choose_models(name)
    if len(models) > 1:
        names = ", ".join(model.name for model in models)
        raise UsageError(f'"{name}" means {len(models)} models', f"name one: {names}")
    (model,) = models
    if model.packaged:
        raise UsageError(f"{model.name} is part of the package", "it cannot be removed")
    if model.path.parent.resolve() != models_dir().resolve():
        raise UsageError(
            f'"{model.path}" is not in the models folder', "remove it as any other file"
        )
    size = model.path.stat().st_size
    if not yes and not confirmed(f"Remove {model.name} ({size / 1e6:.1f} MB)?"):
        console.note(f"kept {model.name}")
        raise typer.Exit(1)
    model.path.unlink()
    registration_path(model.path).unlink(missing_ok=True)
    if as_json:
        record = {"removed": model.name, "path": str(model.path), "size": size}
        console.emit(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        console.note(f"removed {model.name} ({size / 1e6:.1f} MB)")
