"""`codegen models verify`: is a model's file still what was registered?"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import console
from codegen_cli.cli import options as o
from codegen_cli.cli.models.choose import choose_models
from codegen_cli.cli.progress import ProgressBar
from codegen_cli.errors import CheckFailed, ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

    from codegen_cli.registry.find import LocalModel


def verify_models(
    name: Annotated[
        str | None,
        typer.Argument(
            help="A model's name; all of them by default.", autocompletion=o.complete_model
        ),
    ] = None,
    as_json: o.Json = False,
) -> None:
    """Read models again: the structure of each file, and its SHA-256 where it was registered.

    Exits with 5 when one is damaged.

    Example: codegen models verify 350M-mono
    """
    from codegen_cli.registry.find import local_models

    models = choose_models(name) if name else local_models()
    with ProgressBar() as on_progress:
        results = [_verify(model, on_progress) for model in models]
    if as_json:
        console.emit(json.dumps(results, ensure_ascii=False, indent=2) + "\n")
    else:
        for result in results:
            console.emit(f"{result['name']}  {result['state']}\n")
    damaged = [result for result in results if "error" in result]
    if damaged:
        first = damaged[0]
        raise CheckFailed(
            f"{first['name']}: {first['error']}"
            + (f" (and {len(damaged) - 1} more)" if len(damaged) > 1 else ""),
            f"get it again: codegen models rm {first['name']}, then codegen pull",
        )


def _verify(model: LocalModel, on_progress: Callable[[str, int, int], None]) -> dict[str, Any]:
    from codegen_cli.engine.gguf import check_codegen, read_gguf
    from codegen_cli.registry.fingerprint import sha256

    result: dict[str, Any] = {"name": model.name, "path": str(model.path)}
    try:
        check_codegen(read_gguf(model.path))
    except ModelError as error:
        return {**result, "state": "damaged", "error": str(error)}
    if model.registered is None:
        return {**result, "state": "structure ok, no registered hash"}
    size = model.path.stat().st_size
    digest = sha256(model.path, lambda count: on_progress(f"reading {model.name}", count, size))
    result["sha256"] = digest
    if digest != model.registered.sha256:
        wrong = f"its SHA-256 is {digest[:12]}…, registered is {model.registered.sha256[:12]}…"
        return {**result, "state": "damaged", "error": wrong}
    return {**result, "state": "ok"}
