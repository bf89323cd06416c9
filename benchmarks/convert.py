"""Measure `codegen convert` beside llama.cpp's own quantizer: time and peak memory.

    python -m benchmarks.convert --width 4096 --layers 2 --type Q4_K_M

Builds a random F16 checkpoint with the width of CodeGen 6B (few layers, real vocabulary), then
alternates two programs, each in a process of its own:

- ours: checkpoint → GGUF of the type (the check at the end off, and once on);
- llama.cpp's: `llama_model_quantize` from an F16 GGUF → GGUF of the type. Its users also need the
  step before it, so the time of checkpoint → F16 GGUF is reported too.

Times are medians of `--repeats`; memory is the peak of anonymous memory and of the resident set
(which also counts mapped pages that the system may drop at any time).
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.checkpoints import write_checkpoint

QUANTIZE = """
import sys
from gguf import LlamaFileType
from codegen_cli.engine.bindings import llama
import ctypes
c = llama()
params = c.llama_model_quantize_default_params()
params.nthread = int(sys.argv[4])
params.ftype = int(LlamaFileType[sys.argv[3]])
sys.exit(c.llama_model_quantize(sys.argv[1].encode(), sys.argv[2].encode(), ctypes.byref(params)))
"""


def main() -> None:
    """Build the checkpoint, alternate the programs, print a table or JSON."""
    options = parse()
    with tempfile.TemporaryDirectory(dir=options.dir) as name:
        folder = Path(name)
        checkpoint = build_checkpoint(folder / "checkpoint", options)
        report = compare(folder, checkpoint, options)
    print(json.dumps(report, indent=2) if options.json else table(report))


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--width", type=int, default=4096)
    parser.add_argument("--heads", type=int, default=16)
    parser.add_argument("--layers", type=int, default=2)
    parser.add_argument("--vocab", type=int, default=51200)
    parser.add_argument("--type", default="Q4_K_M")
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--dir", help="where to put the files (needs several GB)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def build_checkpoint(folder: Path, options: argparse.Namespace) -> Path:
    """Write random weights of the asked shape; the same few random megabytes fill each tensor."""
    write_checkpoint(
        folder,
        n_layer=options.layers,
        n_embd=options.width,
        n_head=options.heads,
        rotary_dim=min(64, options.width // options.heads),
        vocab_size=options.vocab,
        dtype="F16",
        seed=0,
    )
    return folder


def compare(folder: Path, checkpoint: Path, options: argparse.Namespace) -> dict[str, object]:
    """Alternate the programs and return medians."""
    f16, ours, theirs = (folder / f"{n}.gguf" for n in ("f16", "ours", "theirs"))
    convert = [sys.executable, "-m", "codegen_cli", "convert", str(checkpoint), "--force"]
    convert += ["--threads", str(options.threads)]
    to_f16 = measure([*convert, "-o", str(f16), "-q", "F16", "--no-verify"])
    direct = [*convert, "-o", str(ours), "-q", options.type]
    quantize = [sys.executable, "-c", QUANTIZE, str(f16), str(theirs)]
    quantize += [f"MOSTLY_{options.type}", str(options.threads)]
    runs: dict[str, list[dict[str, float]]] = {"ours": [], "llama.cpp": []}
    for _ in range(options.repeats):
        runs["llama.cpp"].append(measure(quantize))
        runs["ours"].append(measure([*direct, "--no-verify"]))
    verified = measure(direct)
    result = {name: median(values) for name, values in runs.items()}
    largest = options.vocab * options.width * 4
    return {
        "machine": f"{platform.processor() or platform.machine()}, {os.cpu_count()} CPUs",
        "shape": f"{options.layers} layers × {options.width}, vocabulary {options.vocab}",
        "type": options.type,
        "checkpoint_bytes": (checkpoint / "model.safetensors").stat().st_size,
        "largest_tensor_f32_bytes": largest,
        "ours": result["ours"],
        "ours_with_check": verified,
        "llama.cpp": result["llama.cpp"],
        "checkpoint_to_f16": to_f16,
        "time_ratio": result["ours"]["seconds"] / result["llama.cpp"]["seconds"],
        "anonymous_above_largest_tensor": result["ours"]["anonymous"] - largest,
    }


def median(values: list[dict[str, float]]) -> dict[str, float]:
    """Return the median of each figure."""
    return {key: statistics.median(value[key] for value in values) for key in values[0]}


def measure(command: list[str]) -> dict[str, float]:
    """Run a program; return its seconds and its peak memory in bytes."""
    started = time.perf_counter()
    process = subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL)
    peak = {"anonymous": 0.0, "resident": 0.0}
    while process.poll() is None:
        for key, label in (("anonymous", "RssAnon:"), ("resident", "VmHWM:")):
            peak[key] = max(peak[key], status_bytes(process.pid, label))
        time.sleep(0.02)
    seconds = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(process.stderr.read().decode() if process.stderr else "failed")
    if process.stderr:
        process.stderr.close()
    return {"seconds": seconds, **peak}


def status_bytes(pid: int, label: str) -> float:
    """Return one figure of /proc/PID/status, 0 where there is none."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return 0.0
    return next((1024.0 * int(line.split()[1]) for line in lines if line.startswith(label)), 0.0)


def table(report: dict[str, object]) -> str:
    """Return the report as a Markdown table."""
    rows = [
        f"{report['shape']}, {report['type']}, {report['machine']}",
        "",
        "| program | seconds | peak anonymous MiB | peak resident MiB |",
        "|---|---|---|---|",
    ]
    for name in ("ours", "ours_with_check", "llama.cpp", "checkpoint_to_f16"):
        figures = report[name]
        assert isinstance(figures, dict)
        rows.append(
            f"| {name} | {figures['seconds']:.1f} | {figures['anonymous'] / 2**20:.0f} "
            f"| {figures['resident'] / 2**20:.0f} |"
        )
    rows += ["", f"time ratio ours / llama.cpp: {report['time_ratio']:.2f}"]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
