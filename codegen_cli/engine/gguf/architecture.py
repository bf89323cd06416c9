"""The graphs of llama.cpp that compute a CodeGen model: one table of what tells them apart."""

from __future__ import annotations

from dataclasses import dataclass

from codegen_cli.engine.gguf.file import GGUFFile

#: Lengths of a tensor, row length first: e is the width, f the width inside the MLP, v the number
#: of tokens. "3e" is three times the width.
Lengths = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Architecture:
    """A graph: its keys in a file, its tensors, and what feeds its matrices.

    `epsilon` is the key of its norms'; `whole_heads` says that it rotates all of a head;
    `mlp_rows` counts the rows of the MLP's width that are alive at once. `block` has the
    tensors of each block, `outer` all others. `inputs` names the nodes that matrices multiply.
    """

    name: str
    epsilon: str
    whole_heads: bool
    mlp_rows: int
    block: dict[str, Lengths]
    outer: dict[str, Lengths]
    inputs: dict[str, tuple[str, ...]]


#: CodeGen, CodeGen2 and GPT-J (llama.cpp `src/models/phi2.cpp`).
PHI2 = Architecture(
    name="phi2",
    epsilon="attention.layer_norm_epsilon",
    whole_heads=False,
    mlp_rows=1,
    block={
        "attn_norm.weight": ("e",),
        "attn_norm.bias": ("e",),
        "attn_qkv.weight": ("e", "3e"),
        "attn_qkv.bias": ("3e",),
        "attn_output.weight": ("e", "e"),
        "attn_output.bias": ("e",),
        "ffn_up.weight": ("e", "f"),
        "ffn_up.bias": ("f",),
        "ffn_down.weight": ("f", "e"),
        "ffn_down.bias": ("e",),
    },
    outer={
        "token_embd.weight": ("e", "v"),
        "output_norm.weight": ("e",),
        "output_norm.bias": ("e",),
        "output.weight": ("e", "v"),
        "output.bias": ("v",),
    },
    # Attention and MLP read the same normalised input.
    inputs={
        "attn_norm": ("attn_qkv", "ffn_up"),
        "kqv_out": ("attn_output",),
        "ffn_gelu": ("ffn_down",),
    },
)

#: CodeGen2.5 (llama.cpp `src/models/llama.cpp`).
LLAMA = Architecture(
    name="llama",
    epsilon="attention.layer_norm_rms_epsilon",
    whole_heads=True,
    # Gate, up and their product.
    mlp_rows=3,
    block={
        "attn_norm.weight": ("e",),
        "attn_q.weight": ("e", "e"),
        "attn_k.weight": ("e", "e"),
        "attn_v.weight": ("e", "e"),
        "attn_output.weight": ("e", "e"),
        "ffn_norm.weight": ("e",),
        "ffn_gate.weight": ("e", "f"),
        "ffn_up.weight": ("e", "f"),
        "ffn_down.weight": ("f", "e"),
    },
    outer={
        "token_embd.weight": ("e", "v"),
        "output_norm.weight": ("e",),
        "output.weight": ("e", "v"),
    },
    inputs={
        "attn_norm": ("attn_q", "attn_k", "attn_v"),
        "kqv_out": ("attn_output",),
        "ffn_norm": ("ffn_gate", "ffn_up"),
        "ffn_swiglu": ("ffn_down",),
    },
)

ARCHITECTURES = {architecture.name: architecture for architecture in (PHI2, LLAMA)}


def architecture_of(file: GGUFFile) -> Architecture:
    """Return the architecture of a file whose name of one was checked."""
    return ARCHITECTURES[file.architecture]
