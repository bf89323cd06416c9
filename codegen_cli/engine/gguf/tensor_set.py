"""The tensors of a CodeGen model in a GGUF file: exactly which, of which shape and type."""

from __future__ import annotations

from codegen_cli.engine.gguf.file import GGUFFile, TensorInfo
from codegen_cli.engine.gguf.ggml_types import WEIGHT_TYPES
from codegen_cli.engine.gguf.hyperparameters import Hyperparameters
from codegen_cli.engine.gguf.refusal import CONVERT, refuse, show


def expected_shapes(sizes: Hyperparameters, n_vocab: int) -> dict[str, tuple[int, ...]]:
    """Return the shape of every tensor by name, row length first: llama.cpp `models/phi2.cpp`."""
    e, f = sizes.embedding, sizes.inner
    block: dict[str, tuple[int, ...]] = {
        "attn_norm.weight": (e,),
        "attn_norm.bias": (e,),
        "attn_qkv.weight": (e, 3 * e),
        "attn_qkv.bias": (3 * e,),
        "attn_output.weight": (e, e),
        "attn_output.bias": (e,),
        "ffn_up.weight": (e, f),
        "ffn_up.bias": (f,),
        "ffn_down.weight": (f, e),
        "ffn_down.bias": (e,),
    }
    shapes: dict[str, tuple[int, ...]] = {
        "token_embd.weight": (e, n_vocab),
        "output_norm.weight": (e,),
        "output_norm.bias": (e,),
        "output.weight": (e, n_vocab),
        "output.bias": (n_vocab,),
    }
    for index in range(sizes.blocks):
        shapes |= {f"blk.{index}.{name}": shape for name, shape in block.items()}
    return shapes


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
