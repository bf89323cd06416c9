"""Where torch computes: what was asked for, and what the weights then say."""

from __future__ import annotations

import os
from typing import Any

from codegen_cli.engine.hf.packages import torch_and_transformers
from codegen_cli.engine.listener import Listener
from codegen_cli.engine.placement import parse_gpu_layers
from codegen_cli.errors import UsageError
from codegen_cli.settings import EngineSettings

#: The share of the memory that the keys and values of a batch may fill.
_SHARE = 0.25

_NAMES = {"float32": "F32", "float16": "F16", "bfloat16": "BF16"}


def choose_device(settings: EngineSettings, listener: Listener) -> Any:
    """Return the torch device to compute on: a GPU where torch has one, unless told otherwise.

    Raises:
        UsageError: the settings ask for what this engine does not do, or for a GPU not there.
    """
    torch, _ = torch_and_transformers()
    request = parse_gpu_layers(settings.gpu_layers)
    if request not in ("auto", "all", 0) or settings.tensor_split:
        option = "--tensor-split" if settings.tensor_split else f"--gpu-layers {request}"
        raise UsageError(
            f"{option} does not work with --engine transformers, which puts a model on one device",
            "use --gpu-layers all or 0, and --main-gpu",
        )
    if request == 0:
        return torch.device("cpu")
    if torch.cuda.is_available():
        number, count = settings.main_gpu or 0, torch.cuda.device_count()
        if number >= count:
            raise UsageError(
                f"--main-gpu {number}: torch sees {count} GPUs", "count from 0 to one less"
            )
        return torch.device("cuda", number)
    if torch.backends.mps.is_available():
        return torch.device("mps")
    if request == "all" or settings.main_gpu is not None:
        listener.warn("torch sees no GPU here, so the CPU computes")
    return torch.device("cpu")


def placement(model: Any) -> str:
    """Say where the weights of a loaded model really are, and with which numbers it computes."""
    torch, _ = torch_and_transformers()
    devices = sorted({str(parameter.device) for parameter in model.parameters()})
    places = ", ".join(_device_name(torch, device) for device in devices)
    return f"{places}, computing in {dtype_name(model.dtype)} (torch {torch.__version__})"


def _device_name(torch: Any, device: str) -> str:
    if device == "cpu":
        threads = torch.get_num_threads()
        return f"CPU, {threads} thread{'s' * (threads != 1)}"
    if device.startswith("cuda"):
        return f"{device} ({torch.cuda.get_device_name(device)})"
    return device


def dtype_name(dtype: Any) -> str:
    """Return a torch type as this project writes it, such as F32."""
    plain = str(dtype).removeprefix("torch.")
    return _NAMES.get(plain, plain)


def memory_for_cache(device: Any) -> int:
    """Return the bytes that keys and values may take, a share of what the device has free.

    On the CPU it is a share of all memory: what is free there changes by the second.
    """
    torch, _ = torch_and_transformers()
    if device.type == "cuda":
        return int(torch.cuda.mem_get_info(device)[0] * 2 * _SHARE)
    return int(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") * _SHARE)
