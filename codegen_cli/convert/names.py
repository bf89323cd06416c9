"""The tensor maps from checkpoints to llama.cpp's graphs, one table each.

CodeGen's and GPT-J's block *is* phi2's: one LayerNorm feeds attention and MLP in parallel, partial
rotary embedding, tanh GELU, untied biased head. It only wants biases on qkv and output that they do
not have: those are zeros. CodeGen2.5 is LLaMA.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.engine.gguf.architecture import LLAMA, PHI2, Lengths
from codegen_cli.errors import CheckpointError

#: Causal masks and rotary frequencies that older exports saved as weights: not parameters.
_BUFFERS = re.compile(
    r"transformer\.h\.\d+\.attn\.(causal_mask|bias|masked_bias)"
    r"|model\.layers\.\d+\.self_attn\.rotary_emb\.inv_freq"
)


class _Names(NamedTuple):
    """What a checkpoint calls the tensors of a graph; "" is a bias that it does not have.

    `block` stands behind `prefix` with the layer's number; qkv has the names of its layout.
    """

    embedding: str
    prefix: str
    outer: Mapping[str, str]
    block: Mapping[str, str]


_QKV = "attn_qkv.weight"
_NAMES = {
    PHI2.name: _Names(
        "transformer.wte.weight",
        "transformer.h.{}.",
        {
            "output_norm.weight": "transformer.ln_f.weight",
            "output_norm.bias": "transformer.ln_f.bias",
            "output.weight": "lm_head.weight",
            "output.bias": "lm_head.bias",
        },
        {
            "attn_norm.weight": "ln_1.weight",
            "attn_norm.bias": "ln_1.bias",
            "attn_qkv.bias": "",
            "attn_output.weight": "attn.out_proj.weight",
            "attn_output.bias": "",
            "ffn_up.weight": "mlp.fc_in.weight",
            "ffn_up.bias": "mlp.fc_in.bias",
            "ffn_down.weight": "mlp.fc_out.weight",
            "ffn_down.bias": "mlp.fc_out.bias",
        },
    ),
    LLAMA.name: _Names(
        "model.embed_tokens.weight",
        "model.layers.{}.",
        {"output_norm.weight": "model.norm.weight", "output.weight": "lm_head.weight"},
        {
            "attn_norm.weight": "input_layernorm.weight",
            "attn_q.weight": "self_attn.q_proj.weight",
            "attn_k.weight": "self_attn.k_proj.weight",
            "attn_v.weight": "self_attn.v_proj.weight",
            "attn_output.weight": "self_attn.o_proj.weight",
            "ffn_norm.weight": "post_attention_layernorm.weight",
            "ffn_gate.weight": "mlp.gate_proj.weight",
            "ffn_up.weight": "mlp.up_proj.weight",
            "ffn_down.weight": "mlp.down_proj.weight",
        },
    ),
}


@dataclass(frozen=True, slots=True)
class TargetTensor:
    """One tensor of the GGUF file.

    `sources` are the checkpoint's tensors whose rows it stacks; none at all for zeros. `shape` is
    in checkpoint order (rows first). `layer` is -1 outside the blocks.
    """

    name: str
    sources: tuple[str, ...]
    shape: tuple[int, ...]
    layer: int = -1

    @property
    def kind(self) -> str:
        """Return the name without the block's number, such as "attn_qkv.weight"."""
        return self.name.removeprefix(f"blk.{self.layer}.")

    @property
    def source_shape(self) -> tuple[int, ...]:
        """Return the shape of each of its sources."""
        return (self.shape[0] // len(self.sources), *self.shape[1:])


def target_tensors(config: CodeGenConfig) -> list[TargetTensor]:
    """Return every tensor of the GGUF file, in file order; a tied head is the embedding again."""
    names = _NAMES[config.graph.name]
    sources = {**names.outer, "token_embd.weight": names.embedding}
    if config.tie_word_embeddings:
        sources["output.weight"] = names.embedding
    tensors = [
        TargetTensor(name, (sources[name],), _shape(config, lengths))
        for name, lengths in config.graph.outer.items()
    ]
    for layer in range(config.n_layer):
        tensors += _block(config, names, layer)
    return tensors


def _block(config: CodeGenConfig, names: _Names, layer: int) -> list[TargetTensor]:
    prefix = names.prefix.format(layer)
    tensors = []
    for kind, lengths in config.graph.block.items():
        sources = config.qkv.tensors if kind == _QKV else tuple(filter(None, [names.block[kind]]))
        full = tuple(prefix + source for source in sources)
        tensors.append(TargetTensor(f"blk.{layer}.{kind}", full, _shape(config, lengths), layer))
    return tensors


def _shape(config: CodeGenConfig, lengths: Lengths) -> tuple[int, ...]:
    """Return a shape in checkpoint order."""
    e = config.n_embd
    sizes = {"e": e, "3e": 3 * e, "f": config.n_inner, "v": config.vocab_size}
    return tuple(sizes[length] for length in reversed(lengths))


def map_tensors(
    config: CodeGenConfig, shapes: dict[str, tuple[int, ...]], other: Mapping[str, str]
) -> list[TargetTensor]:
    """Return the GGUF tensors of a checkpoint, each checkpoint tensor used and of the right shape.

    `shapes` holds the checkpoint's float tensors by name, `other` the dtypes of all others.

    Raises:
        CheckpointError: a tensor is missing, unknown, of another shape or no float tensor.
    """
    if config.tie_word_embeddings:
        # transformers ties the head on load whatever the file says, so a second copy is unused.
        shapes = {name: shape for name, shape in shapes.items() if name != "lm_head.weight"}
    targets = target_tensors(config)
    wanted = {source: target for target in targets for source in target.sources}
    unfit = [name for name in other if not _BUFFERS.fullmatch(name)]
    if unfit:
        raise CheckpointError(
            f"{unfit[0]} is of type {other[unfit[0]]}", "supported: F32, F16 and BF16 weights"
        )
    missing = [name for name in wanted if name not in shapes]
    if missing:
        raise CheckpointError(
            f"the checkpoint lacks {_some(missing)}",
            "is a shard missing, or does config.json belong to another model?",
        )
    extra = [name for name in shapes if name not in wanted and not _BUFFERS.fullmatch(name)]
    if extra:
        raise CheckpointError(
            f"the checkpoint has unknown tensors: {_some(extra)}",
            "merge adapters into the weights first, and check the layers in config.json",
        )
    for name, target in wanted.items():
        if shapes[name] != target.source_shape:
            raise CheckpointError(
                f"{name} has the shape {list(shapes[name])}, but config.json says "
                f"{list(target.source_shape)}",
                "the weights and config.json belong to different models",
            )
    return targets


def _some(names: list[str]) -> str:
    shown = ", ".join(names[:3])
    return shown if len(names) <= 3 else f"{shown} and {len(names) - 3} more"
