"""The arrays of a Jaxformer checkpoint under the names of transformers' CodeGen.

They are the leaves of {embed, proj, transformer} in the order of `jax.tree_flatten`, which sorts
the keys of dicts; those of the blocks are stacked over layers. Haiku's matrices are (in, out).
Source: salesforce/jaxformer `models/decoder/inter/checkpoint.py`, `model.py` and `modules.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from codegen_cli.convert.checkpoint import Checkpoint, LazyTensor, Tensor
from codegen_cli.convert.checkpoint.derived import BiasedTensor
from codegen_cli.convert.checkpoint.layout import Layout
from codegen_cli.convert.checkpoint.mapped import MappedFile
from codegen_cli.convert.checkpoint.npz import read_npz
from codegen_cli.convert.checkpoint.wall import reading
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.json_file import read_json
from codegen_cli.errors import CheckpointError


def is_jaxformer(folder: Path) -> bool:
    """Say whether a folder is a step that Jaxformer saved."""
    return (folder / "ckpt.json").is_file() and (folder / "model").is_dir()


def open_jaxformer(folder: Path, config: CodeGenConfig) -> Checkpoint:
    """Open the copy of the first process under the names of transformers' CodeGen.

    Nothing but headers is read; the tensors are views into the file, turned where Haiku's are.

    Raises:
        CheckpointError: a file is missing or damaged, or an array has not the configured shape.
    """
    read_json(folder / "ckpt.json")
    copies = [path for path in (folder / "model").glob("*.npz") if path.stem.isdecimal()]
    if not copies:
        raise CheckpointError(f"{folder / 'model'} holds no 0.npz", "download the whole step")
    path = min(copies, key=lambda copy: int(copy.stem))
    file = MappedFile(path)
    try:
        with reading(path):
            contents = read_npz(file)
        arrays = _check(contents.tensors, config, path)
        return Checkpoint("jaxformer", [file], dict(_tensors(arrays, config, file)), contents.other)
    except BaseException:
        file.close()
        raise


def _shapes(config: CodeGenConfig) -> dict[str, tuple[int, ...]]:
    """Return Haiku's parameters in the order of the leaves, with their shapes."""
    n, e, f, v = config.n_layer, config.n_embd, config.n_inner, config.vocab_size
    return {
        "embedding_sharded/proj/b": (e,),
        "embedding_sharded/proj/w": (v, e),
        "projection/layer_norm/offset": (e,),
        "projection/layer_norm/scale": (e,),
        "projection/linear/b": (v,),
        "projection/linear/w": (e, v),
        "attn/proj_out/w": (n, e, e),
        "attn/proj_qkv/w": (n, e, 3 * e),
        "ff/proj_in/b": (n, f),
        "ff/proj_in/w": (n, e, f),
        "ff/proj_out/b": (n, e),
        "ff/proj_out/w": (n, f, e),
        "ln/offset": (n, e),
        "ln/scale": (n, e),
    }


def _check(arrays: dict[str, Layout], config: CodeGenConfig, path: Path) -> dict[str, Layout]:
    """Return the arrays under Haiku's names."""
    shapes = _shapes(config)
    if set(arrays) != {f"arr_{i}" for i in range(len(shapes))}:
        raise CheckpointError(
            f"{path} holds {len(arrays)} arrays of floats, not the {len(shapes)} of a model",
            "is it the `model` folder of a decoder's checkpoint?",
        )
    named = {name: arrays[f"arr_{i}"] for i, name in enumerate(shapes)}
    for name, layout in named.items():
        if layout.shape != shapes[name]:
            raise CheckpointError(
                f"{path}: {name} has the shape {list(layout.shape)}, but the run's configuration "
                f"says {list(shapes[name])}",
                "the configuration belongs to another run",
            )
    return named


_BLOCK = {
    "ln_1.weight": "ln/scale",
    "ln_1.bias": "ln/offset",
    "attn.qkv_proj.weight": "attn/proj_qkv/w",
    "attn.out_proj.weight": "attn/proj_out/w",
    "mlp.fc_in.weight": "ff/proj_in/w",
    "mlp.fc_in.bias": "ff/proj_in/b",
    "mlp.fc_out.weight": "ff/proj_out/w",
    "mlp.fc_out.bias": "ff/proj_out/b",
}
_OUTSIDE = {
    "transformer.ln_f.weight": "projection/layer_norm/scale",
    "transformer.ln_f.bias": "projection/layer_norm/offset",
    "lm_head.weight": "projection/linear/w",
    "lm_head.bias": "projection/linear/b",
}


def _tensors(
    arrays: dict[str, Layout], config: CodeGenConfig, file: MappedFile
) -> Iterator[tuple[str, Tensor]]:
    # The embedding is a Linear on one-hots: its rows are those of w, each plus b.
    wte = "transformer.wte.weight"
    matrix = LazyTensor(wte, arrays["embedding_sharded/proj/w"], file)
    bias = LazyTensor("transformer.wte.bias", arrays["embedding_sharded/proj/b"], file)
    yield wte, BiasedTensor(wte, matrix, bias)
    for name, source in _OUTSIDE.items():
        yield name, LazyTensor(name, _turned(arrays[source]), file)
    for layer in range(config.n_layer):
        for part, source in _BLOCK.items():
            name = f"transformer.h.{layer}.{part}"
            yield name, LazyTensor(name, _turned(_layer(arrays[source], layer)), file)


def _layer(stacked: Layout, layer: int) -> Layout:
    offset = stacked.offset + layer * stacked.strides[0] * stacked.itemsize
    return replace(stacked, shape=stacked.shape[1:], strides=stacked.strides[1:], offset=offset)


def _turned(layout: Layout) -> Layout:
    """Return a matrix as (out, in), a vector as it is."""
    return replace(layout, shape=layout.shape[::-1], strides=layout.strides[::-1])
