"""Load the model a command was asked for, and say truthfully where it runs."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from codegen_cli import console
from codegen_cli.errors import UsageError
from codegen_cli.files import read_input
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

if TYPE_CHECKING:
    from codegen_cli.engine.base import Engine


@dataclass(frozen=True, slots=True)
class Speculation:
    """Whether to guess tokens ahead, from which files, and with which model."""

    on: bool = False
    files: list[Path] = field(default_factory=list)
    draft: str | None = None


def open_engine(
    model: str,
    settings: EngineSettings,
    speculation: Speculation = Speculation(),
    *,
    quiet: bool = False,
) -> Engine:
    """Load a model by name or path; the placement is printed once on stderr unless quiet.

    Raises:
        ModelError: it is missing or unreadable.
        UsageError: the engine cannot do what is asked for.
    """
    from codegen_cli.engine.listener import Listener
    from codegen_cli.engine.open_model import model_path, open_model

    path = model_path(model, settings)
    if settings.engine == "llama.cpp":
        _warn_of_ignored_options(settings)
    elif speculation != Speculation():
        raise UsageError(
            "--speculate, --context-file and --draft do not work with --engine transformers",
            "leave them out",
        )
    elif settings.lora:
        raise UsageError(
            "--lora does not work with --engine transformers", "merge the adapter into the folder"
        )
    listener = Listener(note=_silent if quiet else console.note, warn=console.warn)
    with console.stderr().status(f"loading {path.stem}…"):
        engine = open_model(path, settings, listener=listener)
        try:
            _speculate(engine, speculation)
        except BaseException:
            engine.close()
            raise
    if not quiet:
        info = engine.info
        added = "".join(f" + {adapter}" for adapter in info.adapters)
        console.note(f"{info.name} {info.file_type}{added} · {engine.placement}")
    return engine


def _warn_of_ignored_options(settings: EngineSettings) -> None:
    # Imported here: llama_cpp costs about 0.3 s, which `--help` must not pay.
    from codegen_cli.engine.bindings import llama
    from codegen_cli.engine.placement import ignored_gpu_options

    build_has_gpu = bool(llama().llama_supports_gpu_offload())
    for option in ignored_gpu_options(settings, build_has_gpu=build_has_gpu):
        console.warn(
            f"{option} is ignored: this build of llama.cpp has no GPU backend, or no GPU is here "
            "(see `codegen doctor`)"
        )


def _silent(_message: str) -> None:
    pass


def _speculate(engine: Engine, speculation: Speculation) -> None:
    from codegen_cli.engine.llama_engine import LlamaEngine

    if not isinstance(engine, LlamaEngine):
        return
    if speculation.draft is not None:
        engine.draft_with_model(find_model(speculation.draft))
    elif speculation.on or speculation.files:
        engine.draft_with_text([read_input(str(path)) for path in speculation.files])
