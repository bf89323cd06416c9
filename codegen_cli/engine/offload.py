"""How many layers go on which GPU: planned from sizes alone, before llama.cpp is asked.

llama.cpp counts the output as one more layer behind the blocks, and puts the *last* n of these
layers on GPUs, in the order of the devices; the token embeddings always stay in main memory
(`src/llama-model.cpp`, load_tensors).
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from codegen_cli.engine.device import GIB, Device, usable_gpus
from codegen_cli.engine.gpu_room import Counts, GPURoom
from codegen_cli.engine.memory_need import MemoryNeed
from codegen_cli.errors import UsageError

#: What the user asks for: as many layers as fit, all of them, or so many.
Request = Literal["auto", "all"] | int

#: Left free on each GPU for what no buffer shows: the driver, cuBLAS, a growing desktop. It is
#: what llama.cpp's own fitting leaves (`common/common.h`, fit_params_target).
RESERVE_BYTES = GIB


@dataclass(frozen=True, slots=True)
class OffloadPlan:
    """The layers out of all that each GPU gets, as llama.cpp counts them.

    `reason` is the plan in words; `warning` is empty unless the user asked for too much.
    """

    layers: int
    devices: tuple[Device, ...] = ()
    per_device: Counts = ()
    reason: str = "CPU only"
    warning: str = ""

    @property
    def gpu_layers(self) -> int:
        """Count the layers on all GPUs."""
        return sum(self.per_device)

    def __str__(self) -> str:
        return f"plan: {self.reason}"


def plan_offload(
    request: Request,
    devices: Sequence[Device],
    need: MemoryNeed,
    *,
    main_gpu: int | None = None,
    tensor_split: Sequence[float] = (),
    reserve_bytes: int = RESERVE_BYTES,
) -> OffloadPlan:
    """Return which layers go where; "auto" never takes more memory than is free.

    `main_gpu` is the only GPU to use, `tensor_split` the share of each; without them the memory
    that is free decides.

    Raises:
        UsageError: there is no such GPU, or the shares are none.
    """
    gpus = usable_gpus(devices)
    if not gpus:
        return OffloadPlan(need.layers)
    _check_choice(gpus, main_gpu, tensor_split)
    if main_gpu is not None:
        tensor_split = [float(index == main_gpu) for index in range(len(gpus))]
    room = GPURoom([max(gpu.free_bytes - reserve_bytes, 0) for gpu in gpus], need, tensor_split)
    most = room.most()
    if request == "auto":
        reason = _in_words(room, gpus, most, need.layers) if any(most) else _none_fits(gpus, need)
        return OffloadPlan(need.layers, gpus, most, reason)
    wanted = need.layers if request == "all" else min(int(request), need.layers)
    counts, warning = room.fitting(wanted), ""
    if counts is None:
        counts = room.by_share(wanted)
        warning = (
            f"--gpu-layers {request} will probably not fit ({_free(gpus)}); "
            f"--gpu-layers auto would take {sum(most)} of {need.layers} layers"
        )
    reason = _in_words(room, gpus, counts, need.layers)
    if request not in ("all", wanted):
        reason += f"; the model has no {request} layers"
    return OffloadPlan(need.layers, gpus, counts, reason, warning)


def _check_choice(
    gpus: Sequence[Device], main_gpu: int | None, tensor_split: Sequence[float]
) -> None:
    names = ", ".join(f"{index} is {gpu.name}" for index, gpu in enumerate(gpus))
    if main_gpu is not None and tensor_split:
        raise UsageError("--main-gpu and --tensor-split exclude each other", "use one of them")
    if main_gpu is not None and not 0 <= main_gpu < len(gpus):
        raise UsageError(f"--main-gpu {main_gpu} is not here", f"the GPUs: {names}")
    if len(tensor_split) > len(gpus):
        raise UsageError(f"--tensor-split has {len(tensor_split)} shares", f"the GPUs: {names}")
    if tensor_split and not (
        all(math.isfinite(share) and share >= 0 for share in tensor_split) and any(tensor_split)
    ):
        raise UsageError(
            "--tensor-split needs shares from 0 on, and not all 0", "try --tensor-split 0.6,0.4"
        )


def _in_words(room: GPURoom, gpus: Sequence[Device], counts: Counts, layers: int) -> str:
    parts = [
        (count, f"{gpu.name} ({taken / GIB:.1f} GiB, {gpu.memory})")
        for count, gpu, taken in zip(counts, gpus, room.taken(counts), strict=True)
        if count
    ]
    if not parts:
        return f"all {layers} layers on the CPU"
    on_gpu = f"{sum(counts)} of {layers} layers"
    if len(parts) == 1:
        words = f"{on_gpu} on {parts[0][1]}"
    else:
        words = f"{on_gpu}: " + ", ".join(f"{count} on {text}" for count, text in parts)
    rest = layers - sum(counts)
    return f"{words}; {rest} and the token embeddings on the CPU" if rest else words


def _none_fits(gpus: Sequence[Device], need: MemoryNeed) -> str:
    return f"all {need.layers} layers on the CPU: none fits on a GPU ({_free(gpus)})"


def _free(gpus: Sequence[Device]) -> str:
    return ", ".join(f"{gpu.name}: {gpu.memory}" for gpu in gpus)
