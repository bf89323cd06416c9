"""Load adapters with llama.cpp and compute with each: `python lora_child.py LOG MODEL ADAPTER…`.

LOG is as `llama_child.py` writes it.
"""

from __future__ import annotations

import ctypes
import faulthandler
import os
import signal
import sys
from pathlib import Path
from typing import Any

from llama_child import SECONDS_PER_FILE, _quiet
from llama_cpp import llama_cpp as C


def use(model: Any, context: Any, path: Path) -> str:
    """Add one adapter, decode with it, and take it away."""
    adapter = C.llama_adapter_lora_init(model, os.fsencode(path))
    if not adapter:
        return "null"
    adapters = (C.llama_adapter_lora_p_ctypes * 1)(adapter)
    C.llama_set_adapters_lora(context, adapters, 1, (ctypes.c_float * 1)(1.0))
    tokens = (C.llama_token * 9)(*range(9))
    C.llama_memory_seq_rm(C.llama_get_memory(context), -1, -1, -1)
    for count in (9, 1):
        C.llama_decode(context, C.llama_batch_get_one(tokens, count))
    C.llama_set_adapters_lora(context, None, 0, None)
    C.llama_adapter_lora_free(adapter)
    return "ok"


def main() -> None:
    """Work through the files."""
    faulthandler.enable()
    C.llama_log_set(_quiet, ctypes.c_void_p())
    params = C.llama_model_default_params()
    params.n_gpu_layers = 0
    model = C.llama_model_load_from_file(os.fsencode(sys.argv[2]), params)
    settings = C.llama_context_default_params()
    settings.n_ctx = 64
    settings.n_threads = settings.n_threads_batch = 1
    context = C.llama_init_from_model(model, settings)
    with Path(sys.argv[1]).open("a", encoding="utf-8") as log:
        for name in sys.argv[3:]:
            log.write(f"{name}\n")
            log.flush()
            signal.alarm(SECONDS_PER_FILE)
            log.write(f"{use(model, context, Path(name))}\n")
            log.flush()
    signal.alarm(0)


if __name__ == "__main__":
    main()
