"""Load a model with the engine that the settings name."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.engine.base import Engine
from codegen_cli.engine.listener import QUIET, Listener
from codegen_cli.registry.find import find_model
from codegen_cli.registry.weights import find_folder
from codegen_cli.settings import EngineSettings


def model_path(name: str, settings: EngineSettings) -> Path:
    """Return the GGUF file of a model, or its folder where transformers runs it.

    Raises:
        ModelNotFound: nothing has this name.
    """
    return find_folder(name) if settings.engine == "transformers" else find_model(name)


def open_model(path: Path, settings: EngineSettings, *, listener: Listener = QUIET) -> Engine:
    """Load a model.

    Raises:
        ModelError: it is missing, broken or does not fit.
        UsageError: the settings do not go with it.
        CodegenError: its engine is not installed.
    """
    # Imported here: each costs from 0.3 s to seconds, and only one is needed.
    if settings.engine == "transformers":
        from codegen_cli.engine.transformers_engine import TransformersEngine

        return TransformersEngine(path, settings, listener=listener)
    from codegen_cli.engine.llama_engine import LlamaEngine

    return LlamaEngine(path, settings, listener=listener)
