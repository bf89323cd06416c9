"""How many bytes of weights a decode reads, and how much arithmetic a token takes.

A decode reads every weight once, however many sequences are in the batch, but only a row of the
input embedding for each token. A token takes one multiplication and one addition a weight; the
output matrix counts only where logits are wanted. Attention and the KV cache are left out: small
beside the weights until contexts are long.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from codegen_cli.engine.gguf import TensorInfo

_EMBEDDING, _HEAD = "token_embd.weight", "output.weight"


@dataclass(frozen=True, slots=True)
class Weights:
    """Bytes that one decode reads, and the weights of matrices in the layers and in the head."""

    decode_bytes: int
    layer_weights: int
    head_weights: int

    def bytes_per_token(self, tokens_per_decode: float) -> float:
        """Return the bytes read for each token of a batch."""
        return self.decode_bytes / tokens_per_decode

    def flops_per_token(self, outputs_per_token: float = 1.0) -> float:
        """Return the operations for a token of which so many outputs are wanted."""
        return 2.0 * (self.layer_weights + outputs_per_token * self.head_weights)


def weights_of(tensors: Iterable[TensorInfo]) -> Weights:
    """Sum up the tensors of a file."""
    by_name = {tensor.name: tensor for tensor in tensors}
    embedding = by_name.pop(_EMBEDDING)
    # Where both matrices are one, the head reads the embedding whole.
    by_name.setdefault(_HEAD, embedding)
    head = by_name[_HEAD]
    matrices = [t for t in by_name.values() if len(t.shape) > 1 and t is not head]
    return Weights(
        decode_bytes=sum(tensor.nbytes for tensor in by_name.values()),
        layer_weights=sum(math.prod(tensor.shape) for tensor in matrices),
        head_weights=math.prod(head.shape),
    )
