"""CodeGen's decoder (arXiv 2203.13474; the block of GPT-J): one norm feeds attention and MLP.

Shapes: B sequences, S positions, T = B · S tokens, E width, V vocabulary, H heads of D dimensions.
Activations are [T, E]: with two axes before E, XLA's CPU compiler transposes for products of the
backward pass, which takes half as long again.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import jax
import jax.numpy as jnp
from flax import linen as nn
from jax import Array

from models.train.attention import attend, rotate
from models.train.products import dense_product
from models.train.shape import MP_NUM, ModelShape

_INIT = nn.initializers.normal(0.02)


class Block(nn.Module):
    """Attention and MLP side by side: x + attention(norm(x)) + mlp(norm(x))."""

    shape: ModelShape
    dtype: Any
    length: int  # positions of a sequence
    mixed: bool = False

    @nn.compact
    def __call__(self, x_TE: Array) -> Array:
        """Return the next residual."""
        width = self.shape.width
        dense = partial(_dense, dtype=self.dtype, mixed=self.mixed)
        normed = nn.LayerNorm(epsilon=self.shape.norm_epsilon, dtype=self.dtype, name="ln_1")(x_TE)
        q, k, v = self._split(dense(3 * width, "qkv_proj", bias=False)(normed))
        q, k = rotate(q, self.shape.rotary), rotate(k, self.shape.rotary)
        read = attend(q, k, v, self.mixed).reshape(normed.shape)
        hidden = nn.gelu(dense(4 * width, "fc_in")(normed), approximate=True)
        return x_TE + dense(width, "out_proj", bias=False)(read) + dense(width, "fc_out")(hidden)

    def _split(self, qkv_TE: Array) -> tuple[Array, Array, Array]:
        """Take query, key and value out of the layout by core: query, value, key in each."""
        parts = qkv_TE.reshape(-1, MP_NUM, 3, self.shape.width // MP_NUM)
        heads = (-1, self.length, self.shape.heads, self.shape.head_width)
        # A split, not slices: its gradient is one concatenation.
        q, v, k = (part.reshape(heads) for part in jnp.split(parts, 3, axis=2))
        return q, k, v


def _dense(width: int, name: str, dtype: Any, mixed: bool, bias: bool = True) -> nn.Dense:
    product = dense_product if mixed else None
    return nn.Dense(
        width,
        use_bias=bias,
        dtype=dtype,
        kernel_init=_INIT,
        dot_general=product,
        name=name,
    )


class Decoder(nn.Module):
    """Token ids [B, S] to logits [B, S, V], float32.

    `scan` compiles one block for all layers (weights stacked on their first axis): minutes less
    compilation for deep models. `remat` computes a block's inside again in the backward pass.
    `mixed` rounds the operands of matrix products to bfloat16 and keeps all else as it is.
    """

    shape: ModelShape
    dtype: Any = jnp.float32
    scan: bool = False
    remat: bool = False
    mixed: bool = False

    @nn.compact
    def __call__(self, tokens_BS: Array) -> Array:
        """Return the logits of the next token at every position."""
        shape = self.shape
        embed = nn.Embed(
            shape.vocab, shape.width, embedding_init=_INIT, dtype=self.dtype, name="wte"
        )
        x = self._blocks(embed(tokens_BS.reshape(-1)), tokens_BS.shape[1])
        x = nn.LayerNorm(epsilon=shape.norm_epsilon, dtype=self.dtype, name="ln_f")(x)
        head = _dense(shape.vocab, "lm_head", self.dtype, self.mixed)
        return head(x).astype(jnp.float32).reshape(*tokens_BS.shape, shape.vocab)

    def _blocks(self, x_TE: Array, length: int) -> Array:
        block = nn.remat(Block, prevent_cse=not self.scan) if self.remat else Block
        if not self.scan:
            for layer in range(self.shape.layers):
                x_TE = block(self.shape, self.dtype, length, self.mixed, name=f"h_{layer}")(x_TE)
            return x_TE
        stack = nn.scan(
            lambda layer, x, _: (layer(x), None),
            variable_axes={"params": 0},
            split_rngs={"params": True},
            length=self.shape.layers,
        )
        return stack(block(self.shape, self.dtype, length, self.mixed, name="h"), x_TE, None)[0]


def init(decoder: Decoder, seed: int) -> dict[str, Any]:
    """Return new float32 weights."""
    tokens = jnp.zeros((1, 8), jnp.int32)
    variables: dict[str, Any] = decoder.init(jax.random.key(seed), tokens)["params"]
    return variables
