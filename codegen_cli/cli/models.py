"""`codegen models`: the models on this machine."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.errors import InvalidGGUF
from codegen_cli.settings import DEFAULT_MODEL

if TYPE_CHECKING:
    from codegen_cli.engine.gguf import GGUFFile
    from codegen_cli.registry.find import LocalModel

app = typer.Typer(no_args_is_help=False)

Name = Annotated[
    str, typer.Argument(help="A model's name or path.", autocompletion=o.complete_model)
]


@app.callback(invoke_without_command=True)
def models(ctx: typer.Context) -> None:
    """List and inspect the models on this machine: the packaged one and your GGUF files.

    Examples:

      codegen models list

      codegen models show nano --json

      codegen models path nano
    """
    if ctx.invoked_subcommand is None:
        list_models()


@app.command("list")
def list_models(as_json: o.Json = False) -> None:
    """List all models that can be named.

    Example: codegen models list --json
    """
    from codegen_cli.registry.find import local_models

    entries = [_entry(model) for model in local_models()]
    if as_json:
        console.emit(json.dumps(entries, ensure_ascii=False, indent=2) + "\n")
        return
    _print_table(entries)


@app.command("show")
def show_model(name: Name, as_json: o.Json = False) -> None:
    """Show what a model file says of itself.

    Example: codegen models show nano
    """
    from codegen_cli.engine.gguf import check_codegen, read_gguf
    from codegen_cli.registry.find import find_model

    file = read_gguf(find_model(name))
    check_codegen(file)
    details = _details(file)
    if as_json:
        console.emit(json.dumps(details, ensure_ascii=False, indent=2) + "\n")
        return
    width = max(map(len, details))
    for key, value in details.items():
        shown = json.dumps(value, ensure_ascii=False) if isinstance(value, dict) else str(value)
        console.emit(f"{key:<{width}}  {shown}\n")


@app.command("path")
def model_path(name: Name) -> None:
    """Print the path of a model's file.

    Example: cp "$(codegen models path nano)" .
    """
    from codegen_cli.registry.find import find_model

    console.emit(f"{find_model(name)}\n")


def _entry(model: LocalModel) -> dict[str, Any]:
    """Return one line of the list; a broken file is listed with what is wrong with it."""
    from codegen_cli.engine.gguf import read_gguf
    from codegen_cli.engine.model import model_info

    entry: dict[str, Any] = {
        "name": model.name,
        "path": str(model.path),
        "packaged": model.packaged,
        "default": model.name == DEFAULT_MODEL,
    }
    try:
        info = model_info(read_gguf(model.path))
    except (InvalidGGUF, OSError) as error:
        return {**entry, "error": str(error)}
    return {
        **entry,
        "family": info.family,
        "file_type": info.file_type,
        "parameters": info.parameters,
        "size": info.size,
        "context": info.n_ctx_train,
    }


def _print_table(entries: list[dict[str, Any]]) -> None:
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


def _details(file: GGUFFile) -> dict[str, Any]:
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
        "layers": meta.get("phi2.block_count"),
        "width": meta.get("phi2.embedding_length"),
        "heads": meta.get("phi2.attention.head_count"),
        "rotary": meta.get("phi2.rope.dimension_count"),
        "context": meta.get("phi2.context_length"),
        "tensors": types,
        "converter": meta.get("codegen.converter", "unknown"),
        "source": meta.get("codegen.source", "unknown"),
        "sha256": dict(zip(names, hashes, strict=False)),
        "config": _json_or_text(meta.get("codegen.config", "")),
    }


def _strings(file: GGUFFile, key: str) -> list[str]:
    from codegen_cli.engine.gguf import Array

    value = file.metadata.get(key)
    return value.strings() if isinstance(value, Array) and value.kind == "str" else []


def _json_or_text(text: Any) -> Any:
    try:
        return json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return text
