"""Convert one model from every kind of source; measure logits, size, time and memory.

    python -m benchmarks.sources --markdown docs/sources.md

The model is random, of CodeGen 350M's shape (`--layers` makes it shorter). Each conversion is a
process of its own with the check at the end on; what it wrote is compared with transformers'
CodeGenForCausalLM in float32 on the same weights. Exports and adapters follow.
"""

from __future__ import annotations

import argparse
import importlib.metadata
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from transformers import AutoModelForCausalLM

from benchmarks.convert import measure
from benchmarks.parity import machine
from benchmarks.sources.build import SOURCES, Model
from benchmarks.sources.lora import MODULES, RANK, merge, write_adapter
from codegen_cli.convert.verify import compare
from codegen_cli.engine.base import never
from codegen_cli.engine.context import Entry
from codegen_cli.engine.model import Model as LoadedModel
from codegen_cli.engine.open_context import open_context
from codegen_cli.settings import EngineSettings, Lora
from tests.checkpoints import SMALLEST_VOCAB

TYPES = ("F32", "Q8_0", "Q4_K_M")
_POSITIONS = 48

HEAD = """\
# Every source

Written by `python -m benchmarks.sources --markdown docs/sources.md`; do not edit by hand.

One random model of CodeGen 350M's shape ({layers} layers, {weights:.0f} million weights, F16) as \
every kind of source. Each row is one `codegen convert` in a process of its own, its check at the \
end included; the file is then compared, at {positions} random tokens, with transformers' \
CodeGenForCausalLM in float32 on the same weights ({versions}). The TPU checkpoint in BF16 has \
weights of its own, rounded to that type, and is compared with those. CodeGen2.5 is another random \
model of this width and depth, compared with LlamaForCausalLM. Memory is the peak of what \
the process itself allocated (`RssAnon`); mapped pages of the source, which the system may drop at \
any time, come on top.

Machine: {machine}; {threads} threads.
"""


@dataclass(frozen=True)
class Row:
    """One line of a table; bytes and seconds."""

    source: str
    type: str
    max_difference: float
    kl: float
    source_bytes: float
    bytes: float
    seconds: float
    memory: float


def main() -> None:
    """Measure everything, print it, and write the page if asked to."""
    options = parse()
    with tempfile.TemporaryDirectory(dir=options.dir) as name:
        folder = Path(name)
        model = Model(folder, options.layers)
        weights = sum(parameter.numel() for parameter in model.torch.parameters())
        tables = {
            "Conversions": list(conversions(model, folder)),
            "Export to GPT-J": list(exports(model, folder)),
            "LoRA adapter": list(adapters(model, folder)),
        }
    if options.json:
        print(json.dumps({k: [asdict(row) for row in v] for k, v in tables.items()}, indent=2))
    names = ("transformers", "torch", "llama-cpp-python")
    text = HEAD.format(
        layers=options.layers,
        weights=weights / 1e6,
        positions=_POSITIONS,
        versions=", ".join(f"{name} {importlib.metadata.version(name)}" for name in names),
        machine=machine(),
        threads=os.environ.get("CODEGEN_THREADS", os.cpu_count()),
    )
    text += "".join(f"\n## {title}\n\n{table(rows)}\n" for title, rows in tables.items())
    print(text)
    if options.markdown:
        options.markdown.write_text(text, encoding="utf-8")


def parse() -> argparse.Namespace:
    """Read the arguments."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else None)
    parser.add_argument("--layers", type=int, default=20)
    parser.add_argument("--dir", help="where to put the files (needs about 8 GB)")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--markdown", type=Path, help="write the page to this file")
    return parser.parse_args()


def random_tokens() -> list[int]:
    """Return seeded tokens of the small vocabulary."""
    return np.random.default_rng(0).integers(0, SMALLEST_VOCAB, _POSITIONS).tolist()


def expected(model: Any) -> NDArray[np.float32]:
    """Return transformers' logits at every position."""
    with torch.inference_mode():
        logits: NDArray[np.float32] = model(torch.tensor([random_tokens()])).logits[0].numpy()
    return logits


def actual(path: Path, *lora: Lora) -> NDArray[np.float32]:
    """Return llama.cpp's logits as the engine computes them."""
    model = LoadedModel(path, EngineSettings(gpu_layers="0", lora=lora), 1, repack=False)
    context = open_context(model, _POSITIONS, 1)
    try:
        tokens = random_tokens()
        context.decode([Entry(t, i, 0, True) for i, t in enumerate(tokens)], never)
        return np.stack([context.logits_V(i).copy() for i in range(len(tokens))])
    finally:
        context.close()
        model.close()


def run(*arguments: str | Path) -> dict[str, float]:
    """Run a command of ours; return its seconds and peak memory."""
    return measure([sys.executable, "-m", "codegen_cli", *map(str, arguments)])


def conversions(model: Model, folder: Path) -> Iterator[Row]:
    """Yield a row for every source and type."""
    logits = expected(model.torch)
    rounded: NDArray[np.float32] | None = None
    for name, write in SOURCES.items():
        source = write(model, folder / "source")
        truth = logits
        if name == "TPU, BF16":
            truth = rounded = expected(rounded_model(model))
        tokenizer = model.folder
        if name == "CodeGen2.5 folder":
            truth = expected(AutoModelForCausalLM.from_pretrained(source, dtype="float32").eval())
            tokenizer = source
        for file_type in TYPES:
            output = folder / "out.gguf"
            figures = run(
                *("convert", source, "-o", output, "-q", file_type),
                *("--tokenizer", tokenizer, "--force"),
            )
            result = compare(truth, actual(output))
            yield row(name, file_type, result, source, output, figures)
        if source != model.folder:
            remove(source)
    assert rounded is not None


def rounded_model(model: Model) -> Any:
    """Return the model as a BF16 TPU checkpoint has it: embedding and its bias rounded apart."""
    copy = AutoModelForCausalLM.from_pretrained(model.folder, dtype="float32").eval()
    bias_E = torch.from_numpy(
        np.random.default_rng(1).normal(size=copy.config.n_embd).astype(np.float32)
    )
    wte = copy.transformer.wte.weight.data
    for parameter in copy.parameters():
        if parameter is not copy.transformer.wte.weight:
            parameter.data = parameter.data.bfloat16().float()
    copy.transformer.wte.weight.data = (wte - bias_E).bfloat16().float() + bias_E.bfloat16().float()
    return copy


def exports(model: Model, folder: Path) -> Iterator[Row]:
    """Yield rows of GPT-J folders, loaded by transformers."""
    logits = expected(model.torch)
    for dtype in ("F16", "F32", "BF16"):
        output = folder / "gptj"
        figures = run("export", model.folder, "-o", output, "--dtype", dtype)
        other = AutoModelForCausalLM.from_pretrained(output, dtype="float32").eval()
        assert type(other).__name__ == "GPTJForCausalLM"
        result = compare(logits, expected(other))
        yield row("folder, safetensors", dtype, result, model.folder, output, figures)
        del other
        shutil.rmtree(output)


def adapters(model: Model, folder: Path) -> Iterator[Row]:
    """Yield rows of an adapter, against the merged weights; the model is merged afterwards."""
    base, source = folder / "base.gguf", write_adapter(model, folder / "adapter")
    run("convert", model.folder, "-o", base, "-q", "F32", "--force", "--no-verify")
    merge(model, source)
    logits = expected(model.torch)
    label = f"PEFT folder, rank {RANK} of {len(MODULES) * model.shape['n_layer']} matrices"
    for file_type in ("F32", "F16"):
        output = folder / "adapter.gguf"
        figures = run("convert", source, "--base", base, "-o", output, "-q", file_type, "--force")
        result = compare(logits, actual(base, Lora(output)))
        yield row(label, file_type, result, source, output, figures)


def row(
    name: str, file_type: str, result: Any, source: Path, output: Path, figures: dict[str, float]
) -> Row:
    """Return one line."""
    measured = Row(
        source=name,
        type=file_type,
        max_difference=result.max_difference,
        kl=result.kl,
        source_bytes=size(source),
        bytes=size(output),
        seconds=figures["seconds"],
        memory=figures["anonymous"],
    )
    print(measured, file=sys.stderr)
    return measured


def size(path: Path) -> int:
    """Return the bytes of a file or of a folder's files."""
    files = [path] if path.is_file() else [p for p in path.rglob("*") if p.is_file()]
    return sum(file.stat().st_size for file in files)


def remove(path: Path) -> None:
    """Delete a file or a folder."""
    if path.is_dir():
        shutil.rmtree(path)
    else:
        path.unlink()


def table(rows: list[Row]) -> str:
    """Return rows as a Markdown table."""
    lines = [
        "| source | type | max \\|Δlogit\\| | KL | source MB | written MB | seconds | memory MB |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for r in rows:
        lines.append(
            f"| {r.source} | {r.type} | {r.max_difference:.2g} | {r.kl:.1e} | "
            f"{r.source_bytes / 1e6:.1f} | {r.bytes / 1e6:.1f} | {r.seconds:.1f} | "
            f"{r.memory / 1e6:.0f} |"
        )
    return "\n".join(lines)


if __name__ == "__main__":
    main()
