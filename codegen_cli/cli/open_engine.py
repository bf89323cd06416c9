"""Load the model a command was asked for, and say truthfully where it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from codegen_cli import console
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

if TYPE_CHECKING:
    from codegen_cli.engine.llama_engine import LlamaEngine


def open_engine(model: str, settings: EngineSettings, *, quiet: bool = False) -> LlamaEngine:
    """Load a model by name or path; the placement is printed once on stderr unless quiet.

    Raises:
        ModelError: it is missing or unreadable.
    """
    path = find_model(model)
    # Imported here: llama_cpp and numpy cost about 0.3 s, which `--help` must not pay.
    from codegen_cli.engine.library import llama
    from codegen_cli.engine.llama_engine import LlamaEngine
    from codegen_cli.engine.placement import ignored_gpu_request

    if ignored_gpu_request(
        settings.gpu_layers, build_has_gpu=bool(llama().llama_supports_gpu_offload())
    ):
        console.warn(
            f"--gpu-layers {settings.gpu_layers} is ignored: this build of llama.cpp has no GPU "
            "backend (see `codegen doctor`)"
        )
    with console.stderr().status(f"loading {path.stem}…"):
        engine = LlamaEngine(path, settings)
    if not quiet:
        info = engine.info
        console.note(f"{info.name} {info.file_type} · {engine.placement}")
    return engine
