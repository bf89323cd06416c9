"""Turn a plan into the parameters that llama.cpp loads a model with."""

from __future__ import annotations

import ctypes
from typing import Any

from codegen_cli.engine.offload import OffloadPlan


def has_amx(c: Any) -> bool:
    """Say whether this build of llama.cpp would multiply with AMX tiles.

    GCC 12 drops stores before `ldtilecfg` in that code (`ggml/src/ggml-cpu/amx/mmq.cpp`), so what
    it built for such a CPU dies at the first prompt. Which compiler it was cannot be seen from
    here; without the repacked weights these products are not used.
    """
    return b"AMX_INT8 = 1" in c.llama_print_system_info()


def load_params(c: Any, plan: OffloadPlan, *, repack: bool, packed: bool = False) -> Any:
    """Return llama.cpp's model parameters for a plan; they own the array of shares.

    `packed` says that our own kernels pack the weights.
    """
    params = c.llama_model_default_params()
    params.use_extra_bufts = repack and not has_amx(c)
    if packed:
        # Packed weights are copies: a mapped file would stay in memory beside them.
        params.load_mode = c.LLAMA_LOAD_MODE_NONE
    params.n_gpu_layers = plan.gpu_layers
    used = [index for index, layers in enumerate(plan.per_device) if layers]
    if len(used) > 1:
        params.split_mode = c.LLAMA_SPLIT_MODE_LAYER
        # With the counts themselves as shares llama.cpp's rule gives back exactly these counts.
        shares = (ctypes.c_float * c.llama_max_devices())(*map(float, plan.per_device))
        params.tensor_split = shares
    else:
        params.split_mode = c.LLAMA_SPLIT_MODE_NONE
        # None at all without layers: with an idle GPU in its list llama.cpp would still copy
        # weights there to evaluate long prompts, and "CPU" would not be the truth.
        params.main_gpu = used[0] if used else -1
    return params
