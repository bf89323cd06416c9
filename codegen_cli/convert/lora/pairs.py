"""The matrices of an adapter, paired by the module of the model that they change."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from codegen_cli.convert.checkpoint import Tensor
from codegen_cli.errors import CheckpointError

#: "base_model.model.MODULE.lora_A.weight", with or without the adapter's name; A and B of an
#: embedding have no ".weight".
_NAME = re.compile(
    r"(?:base_model\.model\.)?(?P<module>[\w.]+)\.lora_(?P<embedding>embedding_)?(?P<part>[AB])"
    r"(?:\.\w+)??(?P<weight>\.weight)?"
)


@dataclass(frozen=True, slots=True)
class Pair:
    """B (out × rank) times A (rank × in) is added to a module's weight, times a factor.

    An embedding's weight is in × out, so there it is the product's transpose.
    """

    a: Tensor
    b: Tensor
    embedding: bool

    @property
    def rank(self) -> int:
        """Return the number of rows of A."""
        return self.a.shape[0]


def pair_tensors(tensors: Mapping[str, Tensor], other: Mapping[str, str]) -> dict[str, Pair]:
    """Return the pairs by module, such as "transformer.h.0.attn.qkv_proj".

    Raises:
        CheckpointError: a tensor belongs to no pair, or its sizes do not fit its partner's.
    """
    if other:
        name, dtype = next(iter(other.items()))
        raise CheckpointError(f"{name} is of type {dtype}", "supported: F32, F16 and BF16")
    parts: dict[str, dict[str, Tensor]] = {}
    embeddings = set()
    for name, tensor in tensors.items():
        match = _NAME.fullmatch(name)
        if match is None or bool(match["embedding"]) == bool(match["weight"]):
            raise CheckpointError(
                f"the adapter holds {ascii(name)[:120]}, which is no matrix of LoRA",
                "merge the adapter into the weights (merge_and_unload), and convert those",
            )
        if match["embedding"]:
            embeddings.add(match["module"])
        found = parts.setdefault(match["module"], {})
        if match["part"] in found:
            raise CheckpointError(f"the adapter holds two {name}", "save one adapter alone")
        found[match["part"]] = tensor
    return {module: _pair(module, found, module in embeddings) for module, found in parts.items()}


def _pair(module: str, parts: Mapping[str, Tensor], embedding: bool) -> Pair:
    if parts.keys() != {"A", "B"}:
        raise CheckpointError(
            f"the adapter has only one matrix for {ascii(module)[:120]}", "save it again"
        )
    a, b = parts["A"], parts["B"]
    if len(a.shape) != 2 or len(b.shape) != 2 or a.shape[0] != b.shape[1] or not a.shape[0]:
        raise CheckpointError(
            f"{a.name} of {list(a.shape)} and {b.name} of {list(b.shape)} do not fit each other",
            "save the adapter again",
        )
    return Pair(a, b, embedding)
