"""The tensors of a CodeGen model in a GGUF file: exactly which, of which shape and type."""

from __future__ import annotations

from codegen_cli.engine.gguf.file import GGUFFile, TensorInfo
from codegen_cli.engine.gguf.ggml_types import WEIGHT_TYPES
from codegen_cli.engine.gguf.hyperparameters import Hyperparameters
from codegen_cli.engine.gguf.refusal import CONVERT, refuse, show


def expected_shapes(sizes: Hyperparameters, n_vocab: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor by name, row length first."""
    e, f = sizes.embedding, sizes.inner
    lengths = {"e": e, "3e": 3 * e, "f": f, "v": n_vocab}
    block, outer = (
        {name: tuple(lengths[length] for length in shape) for name, shape in table.items()}
        for table in (sizes.architecture.block, sizes.architecture.outer)
    )
    blocks = range(sizes.blocks)
    return outer | {f"blk.{i}.{name}": shape for i in blocks for name, shape in block.items()}


def check_tensor_set(file: GGUFFile, sizes: Hyperparameters, n_vocab: int) -> None:
    """Refuse missing, additional and misshapen tensors and types llama.cpp cannot compute with.

    Raises:
        InvalidGGUF: with the first tensor that is wrong.
    """
    shapes = expected_shapes(sizes, n_vocab)
    for tensor in file.tensors:
        if tensor.name not in shapes:
            raise refuse(
                file.path, f"has the tensor {show(tensor.name)}, which CodeGen has not", CONVERT
            )
        _check_tensor(file, tensor, shapes.pop(tensor.name))
    if shapes:
        raise refuse(
            file.path, f"lacks {len(shapes)} tensors, the first is {next(iter(shapes))}", CONVERT
        )


def _check_tensor(file: GGUFFile, tensor: TensorInfo, shape: tuple[int, ...]) -> None:
    if tensor.shape != shape:
        raise refuse(
            file.path, f"has {tensor.name} of shape {tensor.shape}, its sizes say {shape}", CONVERT
        )
    # ggml's CPU backend aborts on other types: norms and biases are added to F32 activations.
    if len(shape) == 1 and tensor.type != "F32":
        raise refuse(file.path, f"has {tensor.name} of type {tensor.type}, not F32", CONVERT)
    if tensor.type not in WEIGHT_TYPES:
        raise refuse(
            file.path, f"has {tensor.name} of type {tensor.type}, which is for no weights", CONVERT
        )
