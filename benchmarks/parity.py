"""Measure how far a converted file of each type is from the checkpoint it was made from.

    python -m benchmarks.parity --markdown docs/parity.md
    python -m benchmarks.parity --checkpoint path/to/a/checkpoint --json

Random checkpoints with the head widths and rotary dimensions of the four released sizes (fewer
layers and heads), and one trained checkpoint: the folder given, else the shared one if present.
The reference is transformers' CodeGenForCausalLM where it is installed, else our NumPy pass.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import importlib.util
import json
import os
import platform
import re
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.bpe import encode
from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.config import read_config
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.reference import reference_logits
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.convert.verify import compare, file_logits
from codegen_cli.convert.vocab import read_vocab
from codegen_cli.engine.bindings import llama
from codegen_cli.engine.model import Model
from codegen_cli.engine.placement import cpu_features, system_info
from codegen_cli.engine.threads import default_threads
from codegen_cli.settings import EngineSettings
from tests.checkpoints import PROGRAM, shared, write_checkpoint

#: Layers, width, heads, rotary dimension: heads as wide as in the released model.
SHAPES = {
    "350M heads (64, rotary 32)": (4, 512, 8, 32),
    "2B heads (80, rotary 64)": (2, 1280, 16, 64),
    "6B heads (256, rotary 64)": (2, 1024, 4, 64),
    "16B heads (256, rotary 64)": (1, 2048, 8, 64),
}

_VOCAB = 512
_POSITIONS = 64

METHOD = """\
Each checkpoint is converted directly into each type. The same tokens are then evaluated twice: \
with {reference} in float32 on the checkpoint, and with llama.cpp on the \
file. `max |Δ|` is the largest difference of any logit at any position, `KL` the mean \
Kullback-Leibler divergence of the next-token distributions in nats, `relative` the root mean \
square difference over the standard deviation of the logits, `argmax` how often the best token \
is the same. Random checkpoints have the head width and rotary dimension of the released size, \
but fewer layers and heads, and are read at {positions} random tokens; a trained checkpoint is \
read at a program of the turn protocol."""

READING = """\
- F32 is the test of the mapping itself. What is left there is llama.cpp's arithmetic on a CPU: \
attention in 16 bits (KV cache and flash attention) and a GELU table of 16-bit floats. With \
16-bit attention off and the same GELU table in transformers, the largest difference on random \
checkpoints is below 1e-3 (`tests/parity/test_logits.py` holds this to bounds).
- Measured with flash attention. The engine does without it for most models on a CPU (see \
docs/performance.md), which is as near: on the first two checkpoints and nano, F32, F16, Q8_0 and \
Q4_K_M have KL 0.7 to 1.6 times these, F32 at most 0.017 as `max |Δ|`.
- Differences grow with the logits: those of random checkpoints have a standard deviation of 1, \
those of nano of 3.5.
- Argmax agreement on random weights is meaningless: the best two of {vocab} random logits are \
a close race, which any rounding can turn. Look at KL there, and at argmax for trained weights only.
- Random weights overstate the loss of low-bit types: compare the relative errors with those of \
the trained checkpoint. That one is small (5 million weights), so it says little of how much a \
model of billions loses.
- With so few layers the order of the `_M` and `_S` types means little: `Q4_K_S` spends its extra \
bits on the first four layers, which are all of them here.
- Nothing here says how many programs still pass: that takes an evaluation.
- Token ids equal those of transformers' CodeGenTokenizer on 10,000 fuzzed texts \
(`tests/parity/test_tokenizer.py`). The only characters that llama.cpp classes otherwise are the \
4,382 letters and numbers that Unicode 16.0 added in 2024 (`tests/parity/unicode16.py`): next to \
them a text can split into other tokens. It still comes back unchanged."""


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    checkpoint: str
    trained: bool
    type: str
    max_difference: float
    kl: float
    relative_error: float
    same_argmax: float


def main() -> None:
    """Measure everything, then print a table or JSON, and write the page if asked to."""
    options = parse()
    reference = reference_name()
    with tempfile.TemporaryDirectory() as name:
        rows = list(measure(Path(name), options.checkpoint or shared("checkpoints/nano")))
    if options.json:
        report = {"machine": machine(), "reference": reference, "rows": [asdict(r) for r in rows]}
        print(json.dumps(report, indent=2))
    else:
        print(table(rows))
    if options.markdown:
        options.markdown.write_text(page(rows, reference), encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--checkpoint", type=Path, help="a folder with a trained checkpoint")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", type=Path, help="write the page to this file")
    return parser.parse_args()


def has_transformers() -> bool:
    """Say whether the independent reference is installed."""
    return all(importlib.util.find_spec(name) for name in ("torch", "transformers"))


def reference_name() -> str:
    """Say what the files are compared with."""
    if not has_transformers():
        return "this project's NumPy reference (transformers is not installed)"
    versions = (f"{name} {importlib.metadata.version(name)}" for name in ("transformers", "torch"))
    return f"CodeGenForCausalLM of {' and '.join(versions)}"


def reference(folder: Path, tokens: Sequence[int]) -> NDArray[np.float32]:
    """Return the reference's logits at every position (float32, T × V)."""
    if not has_transformers():
        with open_checkpoint(folder) as checkpoint:
            return reference_logits(read_config(folder), checkpoint, tokens)
    import torch
    from transformers import CodeGenForCausalLM

    model = CodeGenForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.inference_mode():
        logits: NDArray[np.float32] = model(torch.tensor([list(tokens)])).logits[0].numpy()
    return logits


def measure(work: Path, trained: Path | None) -> Iterator[Row]:
    """Yield the rows of every checkpoint."""
    for name, (n_layer, n_embd, n_head, rotary_dim) in SHAPES.items():
        folder = write_checkpoint(
            work / "checkpoint",
            n_layer=n_layer,
            n_embd=n_embd,
            n_head=n_head,
            rotary_dim=rotary_dim,
            vocab_size=_VOCAB,
            seed=1,
        )
        tokens = np.random.default_rng(0).integers(0, _VOCAB, _POSITIONS).tolist()
        yield from measure_types(work, folder, tokens, f"{name}, {n_layer} × {n_embd}", False)
    if trained is not None:
        vocab = read_vocab(trained, read_config(trained).vocab_size)
        name = f"{trained.resolve().name} (trained)"
        yield from measure_types(work, trained, encode(PROGRAM, vocab), name, True)


def measure_types(
    work: Path, folder: Path, tokens: list[int], name: str, trained: bool
) -> Iterator[Row]:
    """Yield one row for each type of file."""
    expected = reference(folder, tokens)
    for file_type in FILE_TYPES:
        print(f"{name}: {file_type}", file=sys.stderr)
        path = work / "model.gguf"
        options = ConvertOptions(file_type, threads=os.cpu_count() or 1, force=True, verify=False)
        convert(folder, path, options, lambda *_: None)
        model = Model(path, EngineSettings(gpu_layers="0"), default_threads())
        result = compare(expected, file_logits(model, tokens))
        model.close()
        yield Row(
            checkpoint=name,
            trained=trained,
            type=file_type,
            max_difference=result.max_difference,
            kl=result.kl,
            relative_error=result.relative_error,
            same_argmax=result.same_argmax,
        )


def table(rows: list[Row]) -> str:
    """Return one Markdown table a checkpoint."""
    lines: list[str] = []
    for name in dict.fromkeys(row.checkpoint for row in rows):
        lines += [f"### {name}", "", "| type | max \\|Δ\\| | KL | relative | argmax |"]
        lines += ["|---|---|---|---|---|"]
        lines += [
            f"| {row.type} | {row.max_difference:.2g} | {row.kl:.1e} | {row.relative_error:.4f} "
            f"| {row.same_argmax:.1%} |"
            for row in rows
            if row.checkpoint == name
        ]
        lines.append("")
    return "\n".join(lines)


def page(rows: list[Row], reference: str) -> str:
    """Return the whole page."""
    method = METHOD.format(reference=reference, positions=_POSITIONS)
    return f"""\
# Parity of converted files

Written by `python -m benchmarks.parity --markdown docs/parity.md`; do not edit by hand.

## Method

{method}

Machine: {machine()}.

## How to read it

{READING.format(vocab=_VOCAB)}

## Measured

{table(rows)}"""


def machine() -> str:
    """Describe the machine and the build of llama.cpp."""
    kernels = ", ".join(cpu_features(system_info(llama())))
    version = importlib.metadata.version("llama-cpp-python")
    return (
        f"{processor()}, {os.cpu_count()} CPUs, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, llama-cpp-python {version} (kernels: {kernels})"
    )


def processor() -> str:
    """Return the name of the CPU."""
    path = Path("/proc/cpuinfo")
    text = path.read_text() if path.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


if __name__ == "__main__":
    main()
