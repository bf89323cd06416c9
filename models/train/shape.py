"""The sizes of a model and what follows from them: parameters, operations and memory."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from codegen_cli.errors import UsageError

#: The groups in which `qkv_proj` keeps its rows: one for each TPU core CodeGen was trained on.
MP_NUM = 4


@dataclass(frozen=True, slots=True)
class ModelShape:
    """The sizes of CodeGen's decoder (arXiv 2203.13474, table 5), checked before any allocation.

    Raises:
        UsageError: sizes that do not divide.
    """

    layers: int
    width: int
    heads: int
    rotary: int  # dimensions of each head that are rotated
    vocab: int  # rows of the embedding, padding included
    context: int = 2048  # tokens
    norm_epsilon: float = 1e-5

    def __post_init__(self) -> None:
        for name in ("layers", "width", "heads", "rotary", "vocab", "context"):
            if getattr(self, name) < 1:
                raise UsageError(f"model: {name} = {getattr(self, name)} is not positive")
        if self.heads % MP_NUM:
            raise UsageError(f"model: {self.heads} heads do not divide by {MP_NUM}", "4, 8, 16, …")
        if self.width % self.heads:
            raise UsageError(f"model: width {self.width} does not divide by {self.heads} heads")
        if self.rotary % 2 or self.rotary > self.head_width:
            raise UsageError(
                f"model: rotary = {self.rotary} is odd or more than a head's {self.head_width}"
            )

    @property
    def head_width(self) -> int:
        """Dimensions of one head."""
        return self.width // self.heads

    @property
    def block_matrices(self) -> int:
        """Weights of one block's matrices: query, key, value, output and the two of the MLP."""
        return 12 * self.width * self.width

    @property
    def parameters(self) -> int:
        """All weights: blocks, both embeddings, norms and biases."""
        block = self.block_matrices + 7 * self.width  # fc_in 4E, fc_out E, norm 2E
        embeddings = 2 * self.vocab * self.width + self.vocab
        return self.layers * block + embeddings + 2 * self.width

    def flops_per_token(self, sequence: int) -> int:
        """Return the operations of one training step for one token, forward and backward.

        6 for each matrix weight and 12 · layers · width · sequence for attention, counted without
        the causal mask (PaLM, arXiv 2204.02311, appendix B): recomputation does not count.
        """
        matrices = self.layers * self.block_matrices + self.vocab * self.width
        return 6 * matrices + 12 * self.layers * self.width * sequence

    def state_bytes(self) -> int:
        """Return the bytes of what a step carries: float32 weights and Adam's two moments."""
        return 12 * self.parameters

    def hf_config(self, end_of_text: int, dtype: str) -> dict[str, Any]:
        """Return `config.json` of Hugging Face's CodeGenForCausalLM."""
        return {
            "architectures": ["CodeGenForCausalLM"],
            "model_type": "codegen",
            "activation_function": "gelu_new",
            "attn_pdrop": 0.0,
            "embd_pdrop": 0.0,
            "resid_pdrop": 0.0,
            "bos_token_id": end_of_text,
            "eos_token_id": end_of_text,
            "initializer_range": 0.02,
            "layer_norm_epsilon": self.norm_epsilon,
            "n_ctx": self.context,
            "n_positions": self.context,
            "n_embd": self.width,
            "n_head": self.heads,
            "n_inner": None,
            "n_layer": self.layers,
            "rotary_dim": self.rotary,
            "vocab_size": self.vocab,
            "tie_word_embeddings": False,
            "torch_dtype": dtype,
            "tokenizer_class": "CodeGenTokenizer",
        }
