"""LoRA adapters: small matrices that llama.cpp adds to a model's weights while it computes."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from codegen_cli.engine.bindings import log
from codegen_cli.engine.gguf import GGUFFile, check_adapter, read_gguf
from codegen_cli.engine.records import AdapterInfo
from codegen_cli.errors import ModelError
from codegen_cli.settings import Lora


@dataclass(frozen=True, slots=True)
class Adapter:
    """A checked adapter file."""

    file: GGUFFile
    info: AdapterInfo


def read_adapters(wanted: Sequence[Lora], model: GGUFFile) -> tuple[Adapter, ...]:
    """Read and check adapter files for a model that was checked.

    Raises:
        ModelNotFound: there is no such file.
        InvalidGGUF: it is broken, no adapter, or one of another model.
    """
    adapters = []
    for lora in wanted:
        file = read_gguf(lora.path)
        info = AdapterInfo(str(lora.path), lora.scale, check_adapter(file, model))
        adapters.append(Adapter(file, info))
    return tuple(adapters)


class LoadedAdapters:
    """The adapters of one loaded model; they are freed with it."""

    def __init__(self, c: Any, model: Any, adapters: Sequence[Adapter]) -> None:
        """Load them.

        Raises:
            ModelError: llama.cpp refused one.
        """
        self._c = c
        self._scales = [adapter.info.scale for adapter in adapters]
        self._pointers = []
        for adapter in adapters:
            pointer = c.llama_adapter_lora_init(model, str(adapter.file.path).encode())
            if not pointer:
                raise ModelError(
                    f'llama.cpp cannot load the adapter "{adapter.file.path}": '
                    f"{log.last_error() or 'unknown cause'}",
                    "run again with -v for its log",
                )
            self._pointers.append(pointer)

    def apply(self, context: Any) -> None:
        """Let a context add them to the weights from now on.

        Raises:
            ModelError: llama.cpp refused.
        """
        count = len(self._pointers)
        if not count:
            return
        pointers = (self._c.llama_adapter_lora_p_ctypes * count)(*self._pointers)
        scales = (ctypes.c_float * count)(*self._scales)
        if self._c.llama_set_adapters_lora(context, pointers, count, scales):
            raise ModelError(f"llama.cpp cannot apply the adapters: {log.last_error()}")
