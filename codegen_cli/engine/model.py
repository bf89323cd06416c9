"""A GGUF file, checked and then loaded by llama.cpp."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

from codegen_cli.engine.gguf import GGUFFile, check_codegen, read_gguf
from codegen_cli.engine.library import llama, log
from codegen_cli.engine.placement import Placement, read_placement, system_info, wanted_gpu_layers
from codegen_cli.engine.records import ModelInfo
from codegen_cli.engine.vocabulary import Vocabulary
from codegen_cli.errors import ModelError
from codegen_cli.settings import EngineSettings


class Model:
    """Weights and vocabulary in memory (mapped from the file), placed on CPU or GPU."""

    def __init__(
        self, path: Path, settings: EngineSettings, threads: int, *, repack: bool = True
    ) -> None:
        """Load a model file.

        `repack` False keeps the weights mapped as they are in the file, which costs speed but
        no memory.

        Raises:
            InvalidGGUF: the file is broken, hostile or not a CodeGen model.
            ModelError: llama.cpp refused it.
        """
        self.file = read_gguf(path)
        check_codegen(self.file)
        self.info = model_info(self.file)
        self._c = llama()
        log.echo = settings.verbose
        log.clear()
        params = self._c.llama_model_default_params()
        build_has_gpu = bool(self._c.llama_supports_gpu_offload())
        params.n_gpu_layers = wanted_gpu_layers(settings.gpu_layers, build_has_gpu=build_has_gpu)
        params.use_extra_bufts = repack
        self.pointer: Any = self._c.llama_model_load_from_file(str(path).encode(), params)
        if not self.pointer:
            raise ModelError(
                f'llama.cpp cannot load "{path}": {log.last_error() or "unknown cause"}',
                "run again with -v for its log, or convert the checkpoint again",
            )
        self.vocabulary = Vocabulary(self.pointer)
        self.placement: Placement = read_placement(
            log.text(), self.info.n_layer, threads, system_info(self._c)
        )

    def close(self) -> None:
        """Free the weights; safe to call twice."""
        if self.pointer:
            self._c.llama_model_free(self.pointer)
            self.pointer = None


def model_info(file: GGUFFile) -> ModelInfo:
    """Return what a checked GGUF file says of itself."""
    meta = file.metadata
    return ModelInfo(
        name=str(meta.get("general.name", file.path.stem)),
        path=str(file.path),
        family=str(meta.get("codegen.family", "unknown")),
        file_type=str(meta.get("codegen.file_type", "unknown")),
        size=file.size,
        parameters=sum(math.prod(tensor.shape) for tensor in file.tensors),
        n_vocab=next((t.shape[1] for t in file.tensors if t.name == "token_embd.weight"), 0),
        n_ctx_train=int(meta.get("phi2.context_length", 0)),
        n_layer=int(meta.get("phi2.block_count", 0)),
    )
