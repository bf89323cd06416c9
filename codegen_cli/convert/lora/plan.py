"""The tensors of a GGUF adapter: each matrix of the model with its two small ones."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.lora.pairs import Pair
from codegen_cli.convert.lora.peft_config import PeftConfig
from codegen_cli.convert.names import TargetTensor, target_tensors
from codegen_cli.convert.relayout import qkv_rows
from codegen_cli.errors import CheckpointError

F32 = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class LoraTensor:
    """A (rank × in) and B (out × rank) of one matrix of the file; the embedding has A turned."""

    target: TargetTensor
    a: F32
    b: F32


def plan_lora(
    config: CodeGenConfig, pairs: Mapping[str, Pair], peft: PeftConfig
) -> Iterator[LoraTensor]:
    """Yield the matrices in file order, for a file whose alpha is that of `peft`.

    Rows of B follow those of the weight. Adapters of several projections that are one matrix in
    the file are put side by side, each working on its own rows.

    Raises:
        CheckpointError: a module is none of the model's matrices, or of another shape.
    """
    left = dict(pairs)
    for target in target_tensors(config):
        modules = [source.removesuffix(".weight") for source in target.sources]
        found = {i: left.pop(name) for i, name in enumerate(modules) if name in left}
        for i, pair in found.items():
            _check(modules[i], pair, target, config)
        if found:
            scales = {i: peft.scaling(modules[i], pair.rank) for i, pair in found.items()}
            # llama.cpp scales by alpha and the rank of both matrices together; B has the rest.
            rank = sum(pair.rank for pair in found.values())
            factors = {i: scale * rank / peft.alpha for i, scale in scales.items()}
            yield _combine(target, config, found, factors)
    if left:
        module = ascii(next(iter(left)))[:120]
        raise CheckpointError(
            f"the adapter changes {module}, which is no matrix of the model",
            "give the --base that it was trained on",
        )


def _check(module: str, pair: Pair, target: TargetTensor, config: CodeGenConfig) -> None:
    if target.layer < 0 and config.tie_word_embeddings:
        raise CheckpointError(
            f"the adapter changes {module}, which is tied to another matrix",
            "merge the adapter into the weights (merge_and_unload), and convert those",
        )
    shape = (pair.b.shape[0], pair.a.shape[1])
    if pair.embedding:
        shape = shape[::-1]
    is_embedding = target.name == "token_embd.weight"
    if pair.embedding != is_embedding or shape != target.source_shape:
        raise CheckpointError(
            f"the adapter of {module} is for a matrix of {list(shape)}, the model's has "
            f"{list(target.source_shape)}",
            "give the --base that it was trained on",
        )


def _combine(
    target: TargetTensor,
    config: CodeGenConfig,
    found: Mapping[int, Pair],
    factors: Mapping[int, float],
) -> LoraTensor:
    a = np.concatenate([pair.a.float32() for pair in found.values()])
    if target.name == "token_embd.weight":
        return LoraTensor(target, a.T.copy(), found[0].b.float32() * np.float32(factors[0]))
    b_OxR = np.zeros((target.shape[0], len(a)), np.float32)
    height, column = target.source_shape[0], 0
    for i, pair in found.items():
        part = pair.b.float32() * np.float32(factors[i])
        b_OxR[i * height : (i + 1) * height, column : column + pair.rank] = part
        column += pair.rank
    return LoraTensor(
        target, a, b_OxR[qkv_rows(config)] if target.kind == "attn_qkv.weight" else b_OxR
    )
