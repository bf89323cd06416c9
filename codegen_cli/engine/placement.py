"""Where a model runs: what was asked for, and what llama.cpp then really did."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from codegen_cli.engine.offload import Request
from codegen_cli.errors import UsageError
from codegen_cli.settings import EngineSettings

_OFFLOADED = re.compile(r"offloaded (\d+)/(\d+) layers to GPU")
_DEVICE = re.compile(r"load_tensors:\s+(\S+) model buffer size\s*=\s*([\d.]+) MiB")
#: What the kernels of codegen-kernels call their memory (`kernels/src/plugin/weights.cpp`).
_PACKED = re.compile(r"load_tensors:\s+CPU_CODEGEN model buffer size")
#: Newest first: the first one a CPU has names the kernels that matter most here.
_FEATURES = ("AMX_INT8", "AVX512_VNNI", "AVX_VNNI", "AVX512", "AVX2", "AVX", "SVE", "NEON", "SSE3")


@dataclass(frozen=True, slots=True)
class Placement:
    """The layers on a GPU out of all, the devices that hold weights, and the CPU's kernels.

    Layers are counted as llama.cpp does: the blocks and the output. `own` says that the kernels of
    codegen-kernels multiply the weights on the CPU, not llama.cpp's.
    """

    gpu_layers: int
    layers: int
    devices: tuple[str, ...]
    threads: int
    features: tuple[str, ...]
    own: str = ""

    def __str__(self) -> str:
        kernels = self.features[0].lower().replace("_", "-") if self.features else "generic"
        if self.own:
            kernels = f"{self.own} (codegen-kernels)"
        cpu = f"CPU, {self.threads} thread{'s' * (self.threads != 1)}, kernels: {kernels}"
        if not self.gpu_layers:
            return cpu
        where = ", ".join(self.devices) or "GPU"
        rest = "" if self.gpu_layers == self.layers else f"; the rest on {cpu}"
        return f"{self.gpu_layers}/{self.layers} layers on {where}{rest}"


def parse_gpu_layers(value: str) -> Request:
    """Return what `--gpu-layers` asks for.

    Raises:
        UsageError: `value` is not "auto", "all" or a number from 0 on.
    """
    if value == "auto":
        return "auto"
    if value == "all":
        return "all"
    if value.isdecimal():
        return int(value)
    raise UsageError(f'--gpu-layers "{value}" is not auto, all or a number', "try --gpu-layers all")


def ignored_gpu_options(settings: EngineSettings, *, build_has_gpu: bool) -> list[str]:
    """Return the options that ask for a GPU where llama.cpp has none."""
    if build_has_gpu:
        return []
    layers, split = settings.gpu_layers, ",".join(f"{share:g}" for share in settings.tensor_split)
    asked = {
        f"--gpu-layers {layers}": layers not in ("auto", "0"),
        f"--main-gpu {settings.main_gpu}": settings.main_gpu is not None,
        f"--tensor-split {split}": bool(split),
    }
    return [option for option, given in asked.items() if given]


def cpu_features(system_info: str) -> tuple[str, ...]:
    """Return the CPU kernels of llama.cpp's system line, most telling first.

    >>> cpu_features("CPU : AVX2 = 1 | AVX512_VNNI = 1 | OPENMP = 1 | ")
    ('AVX512_VNNI', 'AVX2')
    """
    present = set(re.findall(r"(\w+) = 1", system_info))
    return tuple(name for name in _FEATURES if name in present)


def read_placement(
    load_log: str, layers: int, threads: int, system_info: str, own: str = ""
) -> Placement:
    """Return the placement that llama.cpp's load log tells, not the one that was asked for.

    `layers` counts the output, as llama.cpp does; `own` names the kernels of codegen-kernels, which
    count only where the log shows weights of theirs.
    """
    devices = tuple(
        f"{name} ({float(size):.0f} MiB)"
        for name, size in _DEVICE.findall(load_log)
        if not name.startswith(("CPU", "AMX")) and not name.endswith("_Host")
    )
    # llama.cpp's sentence repeats what was asked for; only a buffer proves that a GPU has it.
    offloaded = _OFFLOADED.search(load_log) if devices else None
    on_gpu = min(int(offloaded[1]), layers) if offloaded else 0
    own = own if _PACKED.search(load_log) else ""
    return Placement(on_gpu, layers, devices, threads, cpu_features(system_info), own)


def system_info(c: Any) -> str:
    """Return llama.cpp's line about the CPU features it was built with and found."""
    return str(c.llama_print_system_info().decode("utf-8", "replace"))
