"""A GGUF file, checked and then loaded by llama.cpp."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from codegen_cli.engine.adapter import Adapter, LoadedAdapters, read_adapters
from codegen_cli.engine.bindings import llama, log, take_log
from codegen_cli.engine.context import BATCH_TOKENS
from codegen_cli.engine.device import usable_gpus
from codegen_cli.engine.devices import compute_devices
from codegen_cli.engine.gguf import GGUFFile, check_codegen, read_gguf
from codegen_cli.engine.kernels import use_kernels
from codegen_cli.engine.listener import QUIET, Listener
from codegen_cli.engine.load_params import load_params
from codegen_cli.engine.memory_need import memory_need
from codegen_cli.engine.offload import OffloadPlan, plan_offload
from codegen_cli.engine.placement import (
    Placement,
    parse_gpu_layers,
    read_placement,
    system_info,
)
from codegen_cli.engine.records import ModelInfo
from codegen_cli.engine.vocabulary import Vocabulary
from codegen_cli.errors import ModelError
from codegen_cli.settings import EngineSettings


class Model:
    """Weights and vocabulary in memory (mapped from the file), placed on CPU or GPU."""

    pointer: Any = None

    def __init__(
        self,
        path: Path,
        settings: EngineSettings,
        threads: int,
        *,
        repack: bool = True,
        listener: Listener = QUIET,
    ) -> None:
        """Load a model file; on the CPU, with a warning, where loading it on a GPU fails.

        `repack` False keeps the weights mapped as they are in the file, which costs speed but
        no memory.

        Raises:
            InvalidGGUF: the file or an adapter is broken, hostile or not for CodeGen.
            ModelError: llama.cpp refused it.
            UsageError: the settings ask for GPUs that are not there.
        """
        self.settings = settings
        self.file = read_gguf(path)
        check_codegen(self.file)
        self.adapters = read_adapters(settings.lora, self.file)
        added = tuple(adapter.info for adapter in self.adapters)
        self.info = replace(model_info(self.file), adapters=added)
        self._c, self._threads, self._repack = llama(), threads, repack
        self._listener = listener
        log.echo = settings.verbose
        self.plan = offload_plan(self.file, settings, self._c, self.adapters)
        if self.plan.devices:
            listener.note(str(self.plan))
        if self.plan.warning:
            listener.warn(self.plan.warning)
        try:
            self._load()
        except ModelError as error:
            self.move_to_cpu(error)

    def _load(self) -> None:
        take_log()
        wanted = self._repack and not self.plan.gpu_layers
        own = use_kernels(self.file.tensors, wanted=wanted, warn=self._listener.warn)
        # Kept as long as the weights: llama.cpp keeps a pointer into it.
        self._params = load_params(self._c, self.plan, repack=self._repack, packed=bool(own))
        self.pointer = self._c.llama_model_load_from_file(
            str(self.file.path).encode(), self._params
        )
        if not self.pointer:
            raise ModelError(
                f'llama.cpp cannot load "{self.file.path}": {log.last_error() or "unknown cause"}',
                "run again with -v for its log, or convert the checkpoint again",
            )
        self.vocabulary = Vocabulary(self.pointer)
        try:
            self._loaded_adapters = LoadedAdapters(self._c, self.pointer, self.adapters)
        except ModelError:
            self.close()
            raise
        self.placement: Placement = read_placement(
            log.text(), self.plan.layers, self._threads, system_info(self._c), own
        )

    def adapt(self, context: Any) -> None:
        """Let a context of this model add the adapters to the weights.

        Raises:
            ModelError: llama.cpp refused.
        """
        self._loaded_adapters.apply(context)

    def move_to_cpu(self, error: ModelError) -> None:
        """Load the weights again without a GPU, because with it there was `error`.

        Raises:
            ModelError: `error` itself when no layer was on a GPU.
        """
        if not self.plan.gpu_layers:
            raise error
        self._listener.warn(f"the GPU failed, so the CPU computes instead: {error.message}")
        self.close()
        self.plan = OffloadPlan(self.plan.layers, reason="all layers on the CPU: the GPU failed")
        self._load()

    def close(self) -> None:
        """Free the weights; safe to call twice."""
        if self.pointer:
            self._c.llama_model_free(self.pointer)
            self.pointer = None


def offload_plan(
    file: GGUFFile, settings: EngineSettings, c: Any, adapters: Sequence[Adapter] = ()
) -> OffloadPlan:
    """Return which layers of a checked file go on which GPU of this machine.

    Raises:
        UsageError: the settings ask for GPUs that are not there.
    """
    request = parse_gpu_layers(settings.gpu_layers)
    trained = int(file.own("context_length"))
    layers = int(file.own("block_count")) + 1
    # Asking a GPU for its memory starts its driver: not where no GPU is wanted.
    if request == 0 or not c.llama_supports_gpu_offload():
        return OffloadPlan(layers)
    devices = compute_devices()
    cells = max(settings.ctx or trained, settings.kv_tokens or 0)
    need = memory_need(
        file,
        cells,
        BATCH_TOKENS,
        devices=len(usable_gpus(devices)),
        adapters=[adapter.file for adapter in adapters],
    )
    return plan_offload(
        request, devices, need, main_gpu=settings.main_gpu, tensor_split=settings.tensor_split
    )


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
        n_ctx_train=int(file.own("context_length") or 0),
        n_layer=int(file.own("block_count") or 0),
    )
