"""How checkpoints lay out the rows of query, key and value."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class QkvLayout:
    """`tensors`, stacked, hold `groups` parts of rows; each part holds its share of `order`.

    `order` spells the three matrices of a part, such as "qvk". `halves` says that the two rows of
    a rotary pair lie half the rotary part apart in a head, not beside each other.
    """

    tensors: tuple[str, ...]
    groups: int
    order: str
    halves: bool = False


#: One projection whose parts were those of TPU cores (transformers `modeling_codegen.py`).
CODEGEN_TENSORS = ("attn.qkv_proj.weight",)
CODEGEN = QkvLayout(CODEGEN_TENSORS, groups=4, order="qvk")

#: Three projections (transformers `modeling_gptj.py`).
GPTJ = QkvLayout(
    ("attn.q_proj.weight", "attn.k_proj.weight", "attn.v_proj.weight"), groups=1, order="qkv"
)

#: Three projections again, as LLaMA has them (transformers `modeling_llama.py`).
LLAMA = QkvLayout(
    ("self_attn.q_proj.weight", "self_attn.k_proj.weight", "self_attn.v_proj.weight"),
    groups=1,
    order="qkv",
    halves=True,
)

#: What this project writes (llama.cpp `src/models/phi2.cpp`).
GGUF = QkvLayout(("attn.qkv.weight",), groups=1, order="qkv", halves=True)
