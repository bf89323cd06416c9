"""`codegen models list`: models on this machine, and recipes for more."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.errors import ModelError
from codegen_cli.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from codegen_cli.registry.find import LocalModel
    from codegen_cli.registry.recipe import Recipe

#: The type that the list takes as an example of a converted size.
_EXAMPLE = "Q4_K_M"


def list_models(as_json: o.Json = False) -> None:
    """List the models on this machine, and those that `codegen pull` knows.

    Example: codegen models list --json
    """
    from codegen_cli.registry.find import local_models
    from codegen_cli.registry.recipes import recipes

    models = local_models()
    entries = [_local_entry(model) for model in models]
    here = [entry for entry in entries if entry["kind"] != "adapter"]
    adapters = [entry for entry in entries if entry["kind"] == "adapter"]
    known = [_recipe_entry(recipe, models) for recipe in recipes()]
    if as_json:
        console.emit(json.dumps([*here, *adapters, *known], ensure_ascii=False, indent=2) + "\n")
        return
    _print_local(here)
    if adapters:
        names = ", ".join(console.visible(entry["path"]) for entry in adapters)
        console.note(f"adapters, for --lora: {names}")
    _print_recipes(known)


def _local_entry(model: LocalModel) -> dict[str, Any]:
    """Return one model of the list; a broken file is listed with what is wrong with it."""
    from codegen_cli.engine.gguf import read_gguf
    from codegen_cli.engine.model import model_info

    source = model.registered
    entry: dict[str, Any] = {
        "kind": "packaged" if model.packaged else "local",
        "name": model.name,
        "path": str(model.path),
        "packaged": model.packaged,
        "default": model.name == DEFAULT_MODEL,
        "repo": source.repo if source else None,
        "commit": source.commit if source else None,
    }
    try:
        file = read_gguf(model.path)
        if file.metadata.get("general.type") == "adapter":
            return {**entry, "kind": "adapter", "size": file.size}
        info = model_info(file)
    except (ModelError, OSError) as error:
        return {**entry, "error": str(error)}
    return {
        **entry,
        "family": info.family,
        "file_type": info.file_type,
        "parameters": info.parameters,
        "size": info.size,
        "context": info.n_ctx_train,
    }


def _recipe_entry(recipe: Recipe, models: list[LocalModel]) -> dict[str, Any]:
    from codegen_cli.convert.size import file_bytes, recipe_config, run_bytes

    config = recipe_config(recipe)
    pulled = [m.name for m in models if m.registered and m.registered.repo == recipe.repo]
    return {
        "kind": "recipe",
        "name": recipe.name,
        "repo": recipe.repo,
        "family": recipe.family,
        "license": recipe.license,
        "parameters": recipe.parameters,
        "download_size": recipe.download_bytes,
        "size": {_EXAMPLE: file_bytes(config, _EXAMPLE)},
        "memory": {_EXAMPLE: run_bytes(config, _EXAMPLE, config.n_ctx)},
        "pulled": pulled,
    }


def _print_local(entries: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("NAME", "FAMILY", "TYPE"):
        table.add_column(title, no_wrap=True)
    for title in ("WEIGHTS", "SIZE", "CONTEXT"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("WHERE", overflow="fold")
    for entry in entries:
        name = console.visible(entry["name"]) + (" *" if entry["default"] else "")
        where = "packaged" if entry["packaged"] else console.visible(entry["path"])
        if "error" in entry:
            table.add_row(name, "-", "broken", "-", "-", "-", where)
            continue
        table.add_row(
            name,
            console.visible(entry["family"]),
            console.visible(entry["file_type"]),
            f"{entry['parameters'] / 1e6:.1f} M",
            f"{entry['size'] / 1e6:.1f} MB",
            str(entry["context"]),
            where,
        )
    console.stdout().print(table)
    console.note("* is the default")


def _print_recipes(entries: list[dict[str, Any]]) -> None:
    from rich.table import Table

    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("CODEGEN PULL …", "FAMILY"):
        table.add_column(title, no_wrap=True)
    for title in ("WEIGHTS", "DOWNLOAD", _EXAMPLE, "MEMORY"):
        table.add_column(title, justify="right", no_wrap=True)
    table.add_column("STATE", no_wrap=True)
    for entry in entries:
        table.add_row(
            entry["name"],
            entry["family"],
            f"{entry['parameters'] / 1e9:.1f} B",
            gigabytes(entry["download_size"]),
            gigabytes(entry["size"][_EXAMPLE]),
            gigabytes(entry["memory"][_EXAMPLE]),
            "pulled" if entry["pulled"] else "",
        )
    console.stdout().print()
    console.stdout().print(table)
    console.note(
        f"sizes as {_EXAMPLE}, memory with a full context; `codegen models show NAME` has more"
    )


def gigabytes(size: int | None) -> str:
    """Show a size, `-` where it is unknown."""
    return "-" if size is None else f"{size / 1e9:.1f} GB"
