"""`codegen doctor`: what is installed, what the machine has, and whether a model answers."""

from __future__ import annotations

import json
import platform
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from codegen_cli import __version__, console, paths
from codegen_cli.cli import options as o
from codegen_cli.errors import CheckFailed, CodegenError
from codegen_cli.settings import EngineSettings, Sampling

if TYPE_CHECKING:
    from codegen_cli.engine.device import Device

_PACKAGES = (
    "llama-cpp-python",
    "gguf",
    "numpy",
    "typer",
    "rich",
    "prompt-toolkit",
    "huggingface-hub",
)


def doctor(
    model: o.Model = o.MODEL,
    gpu_layers: o.GpuLayers = o.GPU_LAYERS,
    main_gpu: o.MainGpu = None,
    tensor_split: o.TensorSplit = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Check the installation: versions, devices, CPU kernels, folders, sandbox, one answer.

    Exits with 5 when the model cannot be loaded or does not answer.

    Examples:

      codegen doctor

      codegen doctor --model ./350M.gguf --gpu-layers all

      codegen doctor --json | jq .model
    """
    settings = EngineSettings(gpu_layers, main_gpu=main_gpu, tensor_split=o.shares(tensor_split))
    report: dict[str, Any] = {
        "versions": _versions(),
        "llama_cpp": _llama(settings),
        "paths": {
            "models": str(paths.models_dir()),
            "state": str(paths.state_dir()),
            "cache": str(paths.cache_dir()),
        },
        "sandbox": _sandbox(),
        "model": _model(model, settings),
    }
    if as_json:
        console.emit(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    else:
        _show(report)
    if not report["model"]["ok"]:
        raise CheckFailed(f'the model "{model}" does not work', report["model"]["error"])


def _versions() -> dict[str, str]:
    # Imported here: it takes email and socket along, which every other command would pay.
    from importlib.metadata import PackageNotFoundError, version

    found = {"codegen-cli": __version__, "python": platform.python_version()}
    found["platform"] = platform.platform()
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "missing"
    return found


def _llama(settings: EngineSettings) -> dict[str, Any]:
    from codegen_cli.engine.bindings import llama
    from codegen_cli.engine.device import usable_gpus
    from codegen_cli.engine.devices import compute_devices
    from codegen_cli.engine.kernels import cpu_kernels
    from codegen_cli.engine.placement import cpu_features, system_info
    from codegen_cli.engine.threads import default_threads

    c, devices = llama(), compute_devices()
    on_gpu = bool(usable_gpus(devices)) and settings.gpu_layers != "0"
    return {
        "gpu_build": bool(c.llama_supports_gpu_offload()),
        "devices": [_device(device) for device in devices],
        "cpu_kernels": list(cpu_features(system_info(c))),
        "codegen_kernels": "not used: layers go to a GPU" if on_gpu else str(cpu_kernels()),
        "threads": default_threads(),
        "system": system_info(c).strip(),
    }


def _model(name: str, settings: EngineSettings) -> dict[str, Any]:
    """Load the model and let it write a few tokens."""
    from codegen_cli.engine.listener import Listener
    from codegen_cli.engine.llama_engine import LlamaEngine
    from codegen_cli.engine.records import Completion
    from codegen_cli.program import NoStop
    from codegen_cli.registry.find import find_model

    warnings: list[str] = []
    listener = Listener(warn=warnings.append)
    try:
        with LlamaEngine(find_model(name), settings, listener=listener) as engine:
            answer = None
            for item in engine.generate("x = ", Sampling(temperature=0, max_tokens=8), NoStop()):
                answer = item
            ok = isinstance(answer, Completion) and answer.generated_tokens > 0
            return {
                "ok": ok,
                "name": engine.info.name,
                "path": engine.info.path,
                "file_type": engine.info.file_type,
                "plan": engine.plan.reason if engine.plan.devices else None,
                "placement": engine.placement,
                "warnings": warnings,
                "error": None if ok else "it wrote nothing",
            }
    except CodegenError as error:
        return {"ok": False, "name": name, "error": str(error)}


def _sandbox() -> dict[str, Any]:
    """Start the sandbox, which attacks itself, and say what it contained."""
    from codegen_cli.sandbox import Sandbox

    try:
        with Sandbox(workers=1) as sandbox:
            through = [attack.name for attack in sandbox.report if not attack.contained]
            return {"tier": sandbox.tier, "not_contained": through}
    except CodegenError as error:
        return {"tier": "none", "error": str(error)}


def _show(report: dict[str, Any]) -> None:
    out = console.stdout()
    for section in ("versions", "llama_cpp", "paths", "sandbox"):
        out.print(f"[value]{section.replace('_', '.')}[/]")
        for key, value in report[section].items():
            shown = ", ".join(map(_in_words, value)) or "-" if isinstance(value, list) else value
            out.print(f"  {key:<18}{console.visible(str(shown))}", markup=False, soft_wrap=True)
    model = report["model"]
    mark = "[ok]ok[/]" if model["ok"] else "[error]failed[/]"
    out.print(f"[value]model[/]\n  {'answers':<18}{mark}")
    for warning in model.get("warnings", ()):
        console.warn(warning)
    for key in ("name", "path", "file_type", "plan", "placement", "error"):
        if model.get(key):
            out.print(
                f"  {key:<18}{console.visible(str(model[key]))}", markup=False, soft_wrap=True
            )
    if not report["llama_cpp"]["gpu_build"] and sys.platform == "darwin":
        console.warn("this llama.cpp build has no Metal backend; see the README's GPU section")


def _device(device: Device) -> dict[str, Any]:
    # ggml tells only the size of main memory, and would have all of it free.
    return asdict(device) | ({"free_bytes": None} if device.kind == "cpu" else {})


def _in_words(item: Any) -> str:
    """Return a device, or anything else of a list, as text."""
    from codegen_cli.engine.device import Device

    return str(Device(**item)) if isinstance(item, dict) else str(item)
