"""Convert a checkpoint of CodeGen 16B's shape: time per GB, peak memory, and a kill in the middle.

    python -m benchmarks.convert_16b --dir /big/disk

Writes 36 shards (the embedding, one for each of 34 layers, the head), 32 GB of F16. With `--data
random` each tensor is a slice of one block of 33,554,393 normal numbers (a prime, so that no two
rows are equal), repeated to its size and scaled as in `tests/checkpoints.py`; they are real bytes
on the disk. With `--data holes` the shards are sparse files that take no room and read as zeros:
good for memory and resuming, but zeros are quicker to quantize than weights, so its times are worth
nothing. Then `codegen convert` runs with its check at the end, is killed with SIGKILL when half of
the file is written, and runs again. All is deleted at the end.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import os
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from tests.checkpoints import _Random, _tensors, write_tokenizer

_BLOCK_VALUES = 33_554_393
_SPARE = 8 << 30


@dataclass
class Run:
    """One process: seconds of each phase and of the CPUs, peak bytes, and how it ended."""

    code: int = 0
    cpu: float = 0.0
    hashing: float = 0.0
    writing: float = 0.0
    checking: float = 0.0
    anonymous: int = 0
    file_pages: int = 0
    written: int = 0
    complete: int = 0
    report: dict[str, object] = field(default_factory=dict)


def main() -> None:
    """Write the shards, convert with a kill in the middle, print a table or JSON."""
    options = parse()
    with tempfile.TemporaryDirectory(dir=options.dir, prefix="convert16b-") as name:
        folder = Path(name)
        started = time.perf_counter()
        size = write_shards(folder / "checkpoint", options)
        print(f"{size / 1e9:.1f} GB in {time.perf_counter() - started:.0f} s", file=sys.stderr)
        runs = [convert(folder, options, kill=True), convert(folder, options, kill=False)]
        print(describe(runs, size, options), flush=True)


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--layers", type=int, default=34)
    parser.add_argument("--width", type=int, default=6144)
    parser.add_argument("--heads", type=int, default=24)
    parser.add_argument("--vocab", type=int, default=51200)
    parser.add_argument("--type", default="Q4_K_M")
    parser.add_argument("--data", choices=("random", "holes"), default="random")
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--kill-at", type=float, default=0.5, help="share of the file written")
    parser.add_argument("--dir", help="where to put the files (42 GB for random data)")
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def write_shards(folder: Path, options: argparse.Namespace) -> int:
    """Write config, tokenizer, shards and index; return the bytes of the weights."""
    folder.mkdir()
    config = {
        "model_type": "codegen",
        "n_layer": options.layers,
        "n_embd": options.width,
        "n_head": options.heads,
        "rotary_dim": min(64, options.width // options.heads),
        "vocab_size": options.vocab,
    }
    (folder / "config.json").write_text(json.dumps(config))
    write_tokenizer(folder, options.vocab)
    tensors = dict(
        _tensors(
            options.layers, options.width, 4 * options.width, options.vocab, False, 1.0, "codegen"
        )
    )
    size = 2 * sum(math.prod(tensor.shape) for tensor in tensors.values())
    check_room(folder, size if options.data == "random" else 0, options)
    groups = group(tensors)
    weight_map = {}
    block = np.random.default_rng(0).standard_normal(_BLOCK_VALUES, dtype=np.float32)
    for number, (_, names) in enumerate(sorted(groups.items())):
        file = f"model-{number + 1:05}-of-{len(groups):05}.safetensors"
        shard = {name: tensors[name] for name in names}
        write_shard(folder / file, shard, block if options.data == "random" else None)
        weight_map |= dict.fromkeys(names, file)
    index = {"metadata": {"total_size": size}, "weight_map": weight_map}
    (folder / "model.safetensors.index.json").write_text(json.dumps(index))
    return size


def check_room(folder: Path, size: int, options: argparse.Namespace) -> None:
    """Refuse to fill the disk."""
    free = shutil.disk_usage(folder).free
    # No type of these benchmarks takes more than 5.5 bits a weight.
    needed = size + options.layers * 12 * options.width**2 * 5.5 / 8 + _SPARE
    if free < needed:
        raise SystemExit(f"{needed / 1e9:.0f} GB are needed, {free / 1e9:.0f} GB are free")


def group(tensors: dict[str, _Random]) -> dict[int, list[str]]:
    """Return the tensors of each shard: embedding, one shard a layer, head."""
    groups: dict[int, list[str]] = {}
    for name in tensors:
        parts = name.split(".")
        number = int(parts[2]) + 1 if parts[1] == "h" else 0 if parts[1] == "wte" else 10_000
        groups.setdefault(number, []).append(name)
    return groups


def write_shard(path: Path, tensors: dict[str, _Random], block: np.ndarray | None) -> None:
    """Write one safetensors file of F16; without a block its data is a hole."""
    header, end = {}, 0
    for name, tensor in tensors.items():
        start, end = end, end + 2 * math.prod(tensor.shape)
        header[name] = {"dtype": "F16", "shape": tensor.shape, "data_offsets": [start, end]}
    text = json.dumps(header).encode()
    with path.open("wb") as out:
        out.write(len(text).to_bytes(8, "little") + text)
        if block is None:
            out.truncate(8 + len(text) + end)
            return
        for tensor in tensors.values():
            for values in slices(block, math.prod(tensor.shape)):
                scaled = values * np.float32(tensor.std) + np.float32(tensor.mean)
                out.write(scaled.astype(np.float16).data)


def slices(block: np.ndarray, count: int) -> Iterator[np.ndarray]:
    """Yield the block's values over and over, `count` in all, a few million at a time."""
    step = 1 << 22
    position = 0
    while count:
        taken = min(step, count, len(block) - position)
        yield block[position : position + taken]
        position = (position + taken) % len(block)
        count -= taken


def convert(folder: Path, options: argparse.Namespace, *, kill: bool) -> Run:
    """Run `codegen convert` and watch it; kill it when its share of the file is written."""
    part, journal = folder / ".m.gguf.part", folder / ".m.gguf.journal"
    total = expected_size(options)
    command = [sys.executable, "-m", "codegen_cli", "convert", str(folder / "checkpoint")]
    command += ["-o", str(folder / "m.gguf"), "-q", options.type, "--json"]
    command += ["--threads", str(options.threads)]
    run, marks = Run(), [time.perf_counter()]
    # No hash of an earlier benchmark may be remembered for these files.
    environment = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    process = subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, text=True)
    while os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is None:
        status = memory(process.pid)
        run.anonymous = max(run.anonymous, status.get("RssAnon:", 0))
        run.file_pages = max(run.file_pages, status.get("RssFile:", 0))
        size = part.stat().st_size if part.exists() else 0
        if len(marks) == 1 and "m.gguf" in open_files(process.pid):
            marks.append(time.perf_counter())
        if len(marks) == 2 and size >= total:
            marks.append(time.perf_counter())
        if kill and size >= options.kill_at * total:
            os.kill(process.pid, signal.SIGKILL)
            kill = False
        time.sleep(0.02)
    marks.append(time.perf_counter())
    spans = [later - earlier for earlier, later in itertools.pairwise(marks)]
    run.hashing, run.writing, run.checking = (*spans, 0.0, 0.0)[:3]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run.code = process.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    run.cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    out = process.stdout.read() if process.stdout else ""
    if process.stdout:
        process.stdout.close()
    run.report = json.loads(out) if out else {}
    run.written = part.stat().st_size if part.exists() else 0
    run.complete = len(journal.read_text().splitlines()) - 1 if journal.exists() else 0
    return run


def expected_size(options: argparse.Namespace) -> int:
    """Return the computed size of the file's tensors."""
    from codegen_cli.convert import size
    from codegen_cli.convert.config import CodeGenConfig
    from codegen_cli.convert.qkv import CODEGEN

    config = CodeGenConfig(
        n_layer=options.layers,
        n_embd=options.width,
        n_head=options.heads,
        n_inner=4 * options.width,
        n_ctx=2048,
        rotary_dim=64,
        vocab_size=options.vocab,
        layer_norm_epsilon=1e-5,
        tie_word_embeddings=False,
        qkv=CODEGEN,
        raw={},
    )
    return size.file_bytes(config, options.type) - size._HEADER_BYTES


def memory(pid: int) -> dict[str, int]:
    """Return the figures of /proc/PID/status in bytes."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return {}
    return {
        line.split()[0]: 1024 * int(line.split()[1]) for line in lines if line.startswith("Rss")
    }


def open_files(pid: int) -> str:
    """Return the names of a process's open files, as one text."""
    try:
        return " ".join(str(entry.readlink()) for entry in Path(f"/proc/{pid}/fd").iterdir())
    except OSError:
        return ""


def describe(runs: list[Run], size: int, options: argparse.Namespace) -> str:
    """Return the figures as JSON or as a Markdown table."""
    cut, resumed = runs
    largest = 4 * options.vocab * options.width
    if options.json:
        return json.dumps({"checkpoint": size, "largest": largest, "runs": [vars(r) for r in runs]})
    gigabytes = size / 1e9
    writing = cut.writing + resumed.writing
    rows = [
        f"{options.layers} layers × {options.width}, vocabulary {options.vocab}, {options.type}, "
        f"{options.data} data, {gigabytes:.1f} GB, {options.threads} threads",
        "",
        "| run | hashing s | writing s | checking s | CPU s | anonymous MiB | mapped MiB |",
        "|---|---|---|---|---|---|---|",
    ]
    for name, run in (("killed", cut), ("resumed", resumed)):
        rows.append(
            f"| {name} | {run.hashing:.0f} | {run.writing:.0f} | {run.checking:.0f} "
            f"| {run.cpu:.0f} | {run.anonymous >> 20} | {run.file_pages >> 20} |"
        )
    again = f"{cut.complete} tensors were complete of the {cut.written / 1e9:.2f} GB written"
    rows += [
        "",
        f"killed with code {cut.code}: {again}; the second run went on from "
        f"{resumed.report.get('resumed')}",
        f"writing took {writing / gigabytes:.1f} s a GB of checkpoint; bound on memory: 1 GiB + "
        f"largest tensor in float32 = {(1 << 10) + (largest >> 20)} MiB",
        f"check: {resumed.report.get('verification')}",
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
