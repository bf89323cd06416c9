"""Check llama.cpp on an NVIDIA GPU against the CPU: same answers, honest placement, what speed.

    python -m benchmarks.cuda_check --markdown docs/gpu-measured.md
    python -m benchmarks.cuda_check --json --type F16 --type Q8_0 --type Q4_K_M

Needs a build of llama-cpp-python with CUDA; without a GPU it says what to do and exits with 3.
Exits with 1 when the GPU computes something else than the CPU, or the placement is not the plan.
The models: the packaged one, and a random checkpoint of CodeGen 350M's shape in each type.
"""

from __future__ import annotations

import argparse
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.cuda_judge import NO_GPU, Report, missing_gpu, to_json, to_markdown
from benchmarks.cuda_measure import measure_parity, measure_placed, measure_speed, opened
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.bindings import llama
from codegen_cli.engine.device import usable_gpus
from codegen_cli.engine.devices import compute_devices
from codegen_cli.engine.threads import default_threads
from codegen_cli.registry.find import find_model
from codegen_cli.settings import PROGRAM_PREFIX
from tests.checkpoints import write_checkpoint

#: CodeGen 350M; the weights are random, so that nothing has to be downloaded.
SHAPE = {"n_layer": 20, "n_embd": 1024, "n_head": 16, "rotary_dim": 32, "vocab_size": 51200}

PROMPT = PROGRAM_PREFIX + (
    '# Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".\n'
    "values = [4, 8, 15, 16, 23]\n\n# Print the sum of the list.\n"
)


def main() -> int:
    """Measure, print, and return the exit code."""
    options = parse()
    devices = compute_devices()
    problem = missing_gpu(
        devices,
        build_has_gpu=bool(llama().llama_supports_gpu_offload()),
        driver=shutil.which("nvidia-smi") is not None,
    )
    if problem:
        print(problem, file=sys.stderr)
        return NO_GPU
    report = Report(machine(), [str(device) for device in usable_gpus(devices)])
    with tempfile.TemporaryDirectory(dir=options.dir) as folder:
        for name, path in models(Path(folder), options.type or ["Q8_0"]):
            measure(report, name, path)
    print(to_json(report) if options.json else to_markdown(report), end="")
    if options.markdown:
        options.markdown.write_text(to_markdown(report), encoding="utf-8")
    for line in report.problems:
        print(f"failed: {line}", file=sys.stderr)
    return report.exit_code


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--type", action="append", help="a type of the random model; repeatable")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", type=Path, help="write the page to this file")
    parser.add_argument("--dir", type=Path, help="where 1.5 GB of temporary files go")
    return parser.parse_args()


def models(folder: Path, types: list[str]) -> Iterator[tuple[str, Path]]:
    """Yield the models with their names."""
    yield "nano", find_model("nano")
    checkpoint = write_checkpoint(folder / "checkpoint", **SHAPE, dtype="F16", seed=0)  # type: ignore[arg-type]
    for file_type in types:
        path = folder / f"{file_type}.gguf"
        options = ConvertOptions(file_type, threads=default_threads(), verify=False)
        convert(checkpoint, path, options, lambda *_: None)
        yield f"random 350M {file_type}", path
        path.unlink()


def measure(report: Report, name: str, path: Path) -> None:
    """Add all that is to be said of one model."""
    print(f"{name}…", file=sys.stderr)
    with opened(path, "0") as (model, _):
        tokens, layers = model.vocabulary.tokenize(PROMPT)[:256], model.plan.layers
    # Half of the layers: the seam between CPU and GPU is a place for errors of its own.
    for gpu_layers in ("all", str(layers // 2)):
        report.parity.append(measure_parity(name, path, tokens, gpu_layers))
    report.placed.append(measure_placed(name, path))
    report.speed += measure_speed(name, path)


def machine() -> str:
    """Describe the machine's CPU side; the devices say the rest."""
    return f"{platform.system()} {platform.machine()}, {default_threads()} CPU threads"


if __name__ == "__main__":
    sys.exit(main())
