"""Make a random model and a smaller one that often guesses it right.

    python -m benchmarks.draft_pair --shape 350M --layers 4 --damp 0.1 --type Q4_K_M FOLDER

The target is a random checkpoint of a released shape whose layers after the first few add only
`damp` times what they would; the draft is those first layers, with the same embeddings and head. So
it computes nearly what the target computes, at a fraction of the work, and the larger `damp` is the
more rarely it guesses right. Speed does not depend on the weights, so such a pair shows what
guessing costs and brings at a rate of right guesses; what rate trained models have, it does not.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from pathlib import Path

import numpy as np

from codegen_cli.convert.pipeline import ConvertOptions, convert
from tests.checkpoints import write_checkpoint

#: Layers, width, heads, rotary dimension.
SHAPES = {"350M": (20, 1024, 16, 32), "2B": (32, 2560, 32, 64), "small": (6, 256, 4, 32)}
_WEIGHTS = "model.safetensors"


def write_target(folder: Path, shape: str, kept: int, damp: float) -> None:
    """Write a random checkpoint whose layers from `kept` on change little."""
    layers, width, heads, rotary = SHAPES[shape]
    write_checkpoint(
        folder,
        n_layer=layers,
        n_embd=width,
        n_head=heads,
        rotary_dim=rotary,
        vocab_size=51200,
        dtype="F16",
        seed=0,
    )
    header, start = read_header(folder / _WEIGHTS)
    for name, (begin, end) in header.items():
        if layer_of(name) >= kept and name.split(".", 3)[3].startswith(("attn.out", "mlp.fc_out")):
            shape_ = ((end - begin) // 2,)
            part = np.memmap(folder / _WEIGHTS, "<f2", "r+", start + begin, shape_)
            part *= np.float16(damp)
            part.flush()


def write_draft(folder: Path, target: Path, kept: int) -> None:
    """Write the first layers of a checkpoint, its embeddings and its head as one of their own."""
    shutil.copytree(target, folder, ignore=shutil.ignore_patterns(_WEIGHTS))
    config = json.loads((target / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "n_layer": kept}))
    with (target / _WEIGHTS).open("rb") as source, (folder / _WEIGHTS).open("wb") as out:
        size = int.from_bytes(source.read(8), "little")
        whole = json.loads(source.read(size))
        chosen = {n: t for n, t in whole.items() if layer_of(n) < kept}
        header, end = {}, 0
        for name, tensor in chosen.items():
            if name != "__metadata__":
                first, last = tensor["data_offsets"]
                tensor = {**tensor, "data_offsets": [end, end + last - first]}
                end += last - first
            header[name] = tensor
        text = json.dumps(header).encode()
        text += b" " * (-len(text) % 8)
        out.write(len(text).to_bytes(8, "little") + text)
        for name, tensor in chosen.items():
            if name != "__metadata__":
                first, last = tensor["data_offsets"]
                source.seek(8 + size + first)
                out.write(source.read(last - first))


def read_header(path: Path) -> tuple[dict[str, tuple[int, int]], int]:
    """Return where each tensor of a safetensors file begins and ends, counted from its data."""
    with path.open("rb") as source:
        size = int.from_bytes(source.read(8), "little")
        header = json.loads(source.read(size))
    header.pop("__metadata__", None)
    return {name: tuple(tensor["data_offsets"]) for name, tensor in header.items()}, 8 + size


def layer_of(name: str) -> int:
    """Return the number of the layer that a tensor belongs to; -1 where it is of none."""
    parts = name.split(".")
    return int(parts[2]) if parts[:2] == ["transformer", "h"] else -1


def main() -> None:
    """Write `target.gguf` and `draft.gguf`."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--shape", choices=SHAPES, default="350M")
    parser.add_argument("--layers", type=int, default=4)
    parser.add_argument("--damp", type=float, default=0.1)
    parser.add_argument("--type", default="Q4_K_M")
    options = parser.parse_args()
    target, draft = options.folder / "target", options.folder / "draft"
    for folder in (target, draft):
        shutil.rmtree(folder, ignore_errors=True)
    write_target(target, options.shape, options.layers, options.damp)
    write_draft(draft, target, options.layers)
    for folder in (target, draft):
        asked = ConvertOptions(options.type, threads=os.cpu_count() or 1, force=True, verify=False)
        convert(folder, folder.with_suffix(".gguf"), asked, lambda *_: None)
        shutil.rmtree(folder)


if __name__ == "__main__":
    main()
