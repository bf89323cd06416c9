"""The tensor map from CodeGen and GPT-J to llama.cpp's phi2 graph, as one table.

phi2 *is* their block: one LayerNorm feeds attention and MLP in parallel, partial rotary embedding,
tanh GELU, untied biased head. It only wants biases on qkv and output that they do not have: those
are zeros.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.errors import CheckpointError

#: Causal masks that older exports saved as weights (`register_buffer`): not parameters.
_BUFFERS = re.compile(r"transformer\.h\.\d+\.attn\.(causal_mask|bias|masked_bias)")


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
    def is_qkv(self) -> bool:
        """Say whether the rows have to be reordered."""
        return self.name.endswith("attn_qkv.weight")

    @property
    def source_shape(self) -> tuple[int, ...]:
        """Return the shape of each of its sources."""
        return (self.shape[0] // len(self.sources), *self.shape[1:])


def target_tensors(config: CodeGenConfig) -> list[TargetTensor]:
    """Return every tensor of the GGUF file, in file order; a tied head is the embedding again."""
    e, v = config.n_embd, config.vocab_size
    head = "transformer.wte.weight" if config.tie_word_embeddings else "lm_head.weight"
    tensors = [
        TargetTensor("token_embd.weight", ("transformer.wte.weight",), (v, e)),
        TargetTensor("output_norm.weight", ("transformer.ln_f.weight",), (e,)),
        TargetTensor("output_norm.bias", ("transformer.ln_f.bias",), (e,)),
        TargetTensor("output.weight", (head,), (v, e)),
        TargetTensor("output.bias", ("lm_head.bias",), (v,)),
    ]
    for layer in range(config.n_layer):
        tensors += _block(config, layer)
    return tensors


def _block(config: CodeGenConfig, layer: int) -> list[TargetTensor]:
    e, f = config.n_embd, config.n_inner
    table: list[tuple[str, tuple[str, ...], tuple[int, ...]]] = [
        ("attn_norm.weight", ("ln_1.weight",), (e,)),
        ("attn_norm.bias", ("ln_1.bias",), (e,)),
        ("attn_qkv.weight", config.qkv.tensors, (3 * e, e)),
        ("attn_qkv.bias", (), (3 * e,)),
        ("attn_output.weight", ("attn.out_proj.weight",), (e, e)),
        ("attn_output.bias", (), (e,)),
        ("ffn_up.weight", ("mlp.fc_in.weight",), (f, e)),
        ("ffn_up.bias", ("mlp.fc_in.bias",), (f,)),
        ("ffn_down.weight", ("mlp.fc_out.weight",), (e, f)),
        ("ffn_down.bias", ("mlp.fc_out.bias",), (e,)),
    ]
    return [
        TargetTensor(
            f"blk.{layer}.{target}",
            tuple(f"transformer.h.{layer}.{source}" for source in sources),
            shape,
            layer,
        )
        for target, sources, shape in table
    ]


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
            "merge adapters into the weights first, and check n_layer in config.json",
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
