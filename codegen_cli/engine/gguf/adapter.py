"""Check that a GGUF file is a LoRA adapter which llama.cpp can add to a CodeGen model.

Facts: `src/llama-adapter.cpp` as in llama-cpp-python 0.3.36. It reads a few keys without looking
at their types, which aborts the process for wrong ones, and takes any tensor type and any rank.
"""

from __future__ import annotations

import math

from codegen_cli.engine.gguf.architecture import PHI2
from codegen_cli.engine.gguf.file import GGUFFile, TensorInfo
from codegen_cli.engine.gguf.hyperparameters import read_hyperparameters
from codegen_cli.engine.gguf.keys import kind_of, required
from codegen_cli.engine.gguf.refusal import refuse, show
from codegen_cli.engine.gguf.tensor_set import expected_shapes

_HINT = "make it with `codegen convert ADAPTER --base MODEL`"
_KINDS = {
    "general.architecture": "str",
    "general.type": "str",
    "general.name": "str",
    "adapter.type": "str",
    "adapter.lora.alpha": "f32",
}
_FIXED = {
    "general.type": "adapter",
    "general.architecture": PHI2.name,
    "adapter.type": "lora",
}
_TYPES = ("F32", "F16")
_A, _B = ".lora_a", ".lora_b"
_MOST_ALPHA = 1e6


def check_adapter(file: GGUFFile, model: GGUFFile) -> int:
    """Return the number of matrices that an adapter changes in a model that was checked.

    Raises:
        InvalidGGUF: it is no adapter, or one of another model.
    """
    _check_keys(file)
    if model.architecture != PHI2.name:
        raise refuse(
            file.path,
            f"cannot go with {show(str(model.path))}, whose architecture is {model.architecture!r}",
            "adapters are for CodeGen, CodeGen2 and GPT-J models",
        )
    n_vocab = next(t.shape[1] for t in model.tensors if t.name == "token_embd.weight")
    shapes = expected_shapes(read_hyperparameters(model), n_vocab)
    pairs = _pairs(file)
    for name, (a, b) in pairs.items():
        shape = shapes.get(name, ())
        if len(shape) != 2:
            raise refuse(file.path, f"changes {show(name)}, which is no matrix of CodeGen", _HINT)
        _check_pair(file, a, b, shape, flipped=name == "token_embd.weight")
    return len(pairs)


def _check_keys(file: GGUFFile) -> None:
    for key in file.metadata:
        wanted = _KINDS.get(key)
        if wanted and (found := kind_of(file, key)) != wanted:
            raise refuse(file.path, f"has {key} of type {found}, not {wanted}", _HINT)
        if wanted is None and key.startswith("adapter."):
            raise refuse(file.path, f"has the key {show(key)}, which LoRA adapters do not have")
    for key, value in _FIXED.items():
        if (text := str(file.metadata.get(key))) != value:
            raise refuse(file.path, f"has {key} {show(text)}, not {value!r}", _HINT)
    alpha: float = required(file, "adapter.lora.alpha")
    if not (math.isfinite(alpha) and 0 < alpha <= _MOST_ALPHA):
        raise refuse(file.path, f"has adapter.lora.alpha {alpha}, not 0 to {_MOST_ALPHA:g}", _HINT)


def _pairs(file: GGUFFile) -> dict[str, tuple[TensorInfo, TensorInfo]]:
    """Return the two matrices for each tensor of the model."""
    tensors = {tensor.name: tensor for tensor in file.tensors}
    odd = next((name for name in tensors if not name.endswith((_A, _B))), None)
    if odd is not None:
        raise refuse(file.path, f"has the tensor {show(odd)}, which is no part of LoRA", _HINT)
    names = dict.fromkeys(name[: -len(_A)] for name in tensors)
    if not names:
        raise refuse(file.path, "changes nothing: it has no tensors", _HINT)
    for name in names:
        for part in (_A, _B):
            if name + part not in tensors:
                raise refuse(file.path, f"lacks {show(name + part)}", _HINT)
    return {name: (tensors[name + _A], tensors[name + _B]) for name in names}


def _check_pair(
    file: GGUFFile, a: TensorInfo, b: TensorInfo, shape: tuple[int, ...], *, flipped: bool
) -> None:
    """Check types and shapes; those of the embedding are looked up by token, so A is turned."""
    for tensor in (a, b):
        if tensor.type not in _TYPES:
            raise refuse(
                file.path, f"has {tensor.name} of type {tensor.type}, not F32 or F16", _HINT
            )
    columns, rows = shape
    rank = b.shape[0]
    wanted = ((rank, rows), (rank, columns)) if flipped else ((columns, rank), (rank, rows))
    if not 1 <= rank <= min(columns, rows) or (a.shape, b.shape) != wanted:
        raise refuse(
            file.path,
            f"has {a.name} and {b.name} of shapes {a.shape} and {b.shape}, which do not fit the "
            f"model's {shape}",
            "use it with the model that it was trained on",
        )
