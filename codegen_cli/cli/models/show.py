"""`codegen models show`: what a model's file, its registration and its recipe say."""

from __future__ import annotations

import json
import math
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.models.names import Name

if TYPE_CHECKING:
    from codegen_cli.engine.gguf import GGUFFile
    from codegen_cli.registry.recipe import Recipe

#: Contexts (tokens) whose memory is shown, up to the model's own.
_CONTEXTS = (512, 1024, 2048)


def show_model(name: Name, as_json: o.Json = False) -> None:
    """Show what is known of a model: its file, where it came from, what it needs to run.

    Of a model that is not here, the recipe is shown with sizes and memory for each type.

    Example: codegen models show 350M-mono
    """
    from codegen_cli.errors import ModelNotFound
    from codegen_cli.registry.find import find_model
    from codegen_cli.registry.recipes import find_recipe

    try:
        path = find_model(name)
    except ModelNotFound:
        recipe = find_recipe(name)
        if recipe is None:
            raise
        details = recipe_details(recipe)
    else:
        details = _file_details(path)
    if as_json:
        console.emit(json.dumps(details, ensure_ascii=False, indent=2) + "\n")
        return
    types = details.pop("types", None)
    _print_facts(details)
    if types:
        _print_types(types)


def recipe_details(recipe: Recipe) -> dict[str, Any]:
    """Return a recipe's facts, and per type the computed file size and memory (bytes)."""
    from codegen_cli.convert.size import file_bytes, recipe_config, run_bytes
    from codegen_cli.convert.types import FILE_TYPES

    config = recipe_config(recipe)
    left_out = ("weights", "masks")  # they only serve to compute the download
    facts = {key: value for key, value in asdict(recipe).items() if key not in left_out}
    facts |= {
        "parameters": recipe.parameters,
        "download_size": recipe.download_bytes,
        "here": False,
    }
    facts["types"] = {
        file_type: {
            "size": file_bytes(config, file_type),
            "memory": {
                str(cells): run_bytes(config, file_type, cells)
                for cells in _CONTEXTS
                if cells <= config.n_ctx
            },
        }
        for file_type in FILE_TYPES
    }
    return facts


def _file_details(path: Path) -> dict[str, Any]:
    from codegen_cli.engine.gguf import check_codegen, read_gguf
    from codegen_cli.registry.recipes import find_recipe
    from codegen_cli.registry.registered import registered

    file = read_gguf(path)
    check_codegen(file)
    record = registered(path)
    recipe = find_recipe(record.repo) if record else None
    return {
        **_described(file),
        "memory": _memory(file),
        "registered": asdict(record) if record else None,
        "scores": [asdict(score) for score in recipe.scores] if recipe else [],
    }


def _memory(file: GGUFFile) -> dict[str, int]:
    from codegen_cli.engine.context import BATCH_TOKENS
    from codegen_cli.engine.memory_need import memory_need

    most = int(file.own("context_length"))
    return {
        str(cells): memory_need(file, cells, BATCH_TOKENS).total
        for cells in _CONTEXTS
        if cells <= most
    }


def _described(file: GGUFFile) -> dict[str, Any]:
    meta = file.metadata
    types: dict[str, int] = {}
    for tensor in file.tensors:
        types[tensor.type] = types.get(tensor.type, 0) + 1
    names, hashes = (_strings(file, f"codegen.source.{key}") for key in ("files", "sha256"))
    return {
        "name": meta.get("general.name", file.path.stem),
        "path": str(file.path),
        "family": meta.get("codegen.family", "unknown"),
        "file_type": meta.get("codegen.file_type", "unknown"),
        "license": meta.get("general.license", "unknown"),
        "size": file.size,
        "parameters": sum(math.prod(tensor.shape) for tensor in file.tensors),
        "layers": file.own("block_count"),
        "width": file.own("embedding_length"),
        "heads": file.own("attention.head_count"),
        "rotary": file.own("rope.dimension_count"),
        "context": file.own("context_length"),
        "tensors": types,
        "converter": meta.get("codegen.converter", "unknown"),
        "source": meta.get("codegen.source", "unknown"),
        "sha256": dict(zip(names, hashes, strict=False)),
        "config": _json_or_text(meta.get("codegen.config", "")),
    }


def _print_facts(details: dict[str, Any]) -> None:
    width = max(map(len, details))
    for key, value in details.items():
        nested = isinstance(value, (dict, list, tuple))
        shown = json.dumps(value, ensure_ascii=False) if nested else str(value)
        console.emit(f"{key:<{width}}  {shown}\n")


def _print_types(types: dict[str, Any]) -> None:
    contexts = list(next(iter(types.values()))["memory"])
    heads = "".join(f"{f'memory at {cells}':>18}" for cells in contexts)
    console.emit(f"\n{'type':<8}{'size':>12}{heads}\n")
    for name, entry in types.items():
        needs = "".join(f"{need / 1e9:15.2f} GB" for need in entry["memory"].values())
        console.emit(f"{name:<8}{entry['size'] / 1e9:9.2f} GB{needs}\n")


def _strings(file: GGUFFile, key: str) -> list[str]:
    from codegen_cli.engine.gguf import Array

    value = file.metadata.get(key)
    return value.strings() if isinstance(value, Array) and value.kind == "str" else []


def _json_or_text(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text
