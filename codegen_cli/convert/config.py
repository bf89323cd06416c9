"""Read a checkpoint's `config.json` and refuse what the conversion does not cover."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.config_values import number_of, size_of
from codegen_cli.convert.json_file import read_json
from codegen_cli.convert.plain_llama import ROPE_BASE, check_plain_llama, rope_base
from codegen_cli.convert.qkv import CODEGEN, GPTJ, LLAMA, QkvLayout
from codegen_cli.engine.gguf import architecture
from codegen_cli.engine.gguf.hyperparameters import (
    MOST_BLOCKS,
    MOST_CONTEXT,
    MOST_EMBEDDING,
    MOST_HEADS,
    MOST_INNER_RATIO,
)
from codegen_cli.engine.gguf.tokenizer import VOCABULARY
from codegen_cli.errors import CheckpointError

#: `model_type` in config.json, and how such a checkpoint lays out its qkv rows.
_LAYOUTS = {"codegen": CODEGEN, "gptj": GPTJ, "llama": LLAMA}

#: All are the tanh approximation that llama.cpp's GELU computes.
_TANH_GELU = ("gelu_new", "gelu_pytorch_tanh", "gelu_fast")

#: The groups of qkv rows of CodeGen2's two smaller models (1B, 3.7B); they alone of all CodeGen
#: checkpoints name `head_dim`. The larger ones have CodeGen1's groups (CTranslate2
#: `converters/transformers.py`, fauxpilot pull request 209).
_SMALL_CODEGEN2_GROUPS = 8


@dataclass(frozen=True, slots=True)
class CodeGenConfig:
    """The shape of a model of CodeGen's block, GPT-J's or LLaMA's; sizes count elements.

    `graph` is the one of llama.cpp that computes it.
    """

    n_layer: int
    n_embd: int
    n_head: int
    n_inner: int
    n_ctx: int
    rotary_dim: int
    vocab_size: int
    layer_norm_epsilon: float
    tie_word_embeddings: bool
    qkv: QkvLayout
    raw: dict[str, Any]
    graph: architecture.Architecture = architecture.PHI2
    rope_base: float = ROPE_BASE

    @property
    def head_dim(self) -> int:
        """Return the width of one attention head."""
        return self.n_embd // self.n_head

    @property
    def parameters(self) -> int:
        """Count the weights, those of an untied head included."""
        e, f = self.n_embd, self.n_inner
        if self.graph is architecture.LLAMA:
            block = 4 * e * e + 3 * e * f + 2 * e
            return self.n_layer * block + 2 * self.vocab_size * e + e
        block = 4 * e * e + 2 * e * f + f + 3 * e
        return self.n_layer * block + 2 * self.vocab_size * e + self.vocab_size + 2 * e


def read_config(folder: Place, cores: int | None = None) -> CodeGenConfig:
    """Read and check `config.json` of a checkpoint folder.

    `cores` says in how many groups the qkv rows lie, where the file does not.

    Raises:
        CheckpointError: no such folder or file, another `model_type`, or sizes that no CodeGen
            model can have.
    """
    raw = _read_json(folder)
    _check_family(raw)
    config = _llama(raw) if raw["model_type"] == "llama" else _codegen(raw, cores)
    check_sizes(config)
    return config


def _codegen(raw: dict[str, Any], cores: int | None) -> CodeGenConfig:
    activation = raw.get("activation_function", "gelu_new")
    if activation not in _TANH_GELU:
        raise CheckpointError(
            f'config.json: activation_function "{activation}" is not supported',
            f"supported: {', '.join(_TANH_GELU)}",
        )
    n_embd = size_of(raw, "n_embd")
    return CodeGenConfig(
        n_layer=size_of(raw, "n_layer"),
        n_embd=n_embd,
        n_head=size_of(raw, "n_head"),
        n_inner=size_of(raw, "n_inner", 4 * n_embd),
        n_ctx=size_of(raw, "n_positions", size_of(raw, "n_ctx", 2048)),
        rotary_dim=size_of(raw, "rotary_dim"),
        vocab_size=size_of(raw, "vocab_size"),
        layer_norm_epsilon=number_of(raw, "layer_norm_epsilon", 1e-5),
        tie_word_embeddings=bool(raw.get("tie_word_embeddings", False)),
        qkv=qkv_layout(raw, cores),
        raw=raw,
    )


def _llama(raw: dict[str, Any]) -> CodeGenConfig:
    check_plain_llama(raw)
    width, heads = size_of(raw, "hidden_size"), size_of(raw, "num_attention_heads")
    return CodeGenConfig(
        n_layer=size_of(raw, "num_hidden_layers"),
        n_embd=width,
        n_head=heads,
        n_inner=size_of(raw, "intermediate_size"),
        n_ctx=size_of(raw, "max_position_embeddings", 2048),
        rotary_dim=width // heads,
        vocab_size=size_of(raw, "vocab_size"),
        layer_norm_epsilon=number_of(raw, "rms_norm_eps", 1e-6),
        tie_word_embeddings=bool(raw.get("tie_word_embeddings", False)),
        qkv=LLAMA,
        raw=raw,
        graph=architecture.LLAMA,
        rope_base=rope_base(raw),
    )


def check_parallel_block(config: CodeGenConfig, what: str) -> None:
    """Refuse CodeGen2.5 where only CodeGen's own block will do.

    Raises:
        CheckpointError: it has LLaMA's block.
    """
    if config.graph is not architecture.PHI2:
        raise CheckpointError(
            f"{what} has LLaMA's block (CodeGen2.5)",
            "GPT-J exports and LoRA adapters are for CodeGen, CodeGen2 and GPT-J models",
        )


def qkv_layout(raw: dict[str, Any], cores: int | None = None) -> QkvLayout:
    """Return how the checkpoint with this config.json lays out its qkv rows.

    Raises:
        CheckpointError: its `model_type` is none that is known.
    """
    layout = _LAYOUTS.get(str(raw.get("model_type")))
    if layout is None:
        raise CheckpointError(f"config.json: model_type {raw.get('model_type')!r} is unknown")
    if layout is CODEGEN:
        groups = CODEGEN.groups if raw.get("head_dim") is None else _SMALL_CODEGEN2_GROUPS
        return replace(layout, groups=cores or size_of(raw, "mp_num", groups))
    return layout


def _read_json(folder: Place) -> dict[str, Any]:
    if not folder.exists():
        raise CheckpointError(f'no such folder: "{folder}"', _name_advice(folder))
    if not folder.is_dir():
        raise CheckpointError(
            f'"{folder}" is a file, not a checkpoint folder',
            "give the folder that holds config.json and the weights",
        )
    path = folder / "config.json"
    if not path.is_file():
        raise CheckpointError(
            f'no config.json in "{folder}"', "give a Hugging Face CodeGen checkpoint folder"
        )
    return read_json(path)


def _name_advice(source: Place) -> str:
    parts = str(source).split("/")
    if len(parts) == 2 and parts[0].lower() == "salesforce":
        return (
            "a Hub name is not a local folder: the models are Salesforce/codegen-{350M,2B,6B,16B}-"
            "{nl,multi,mono}; fetch one with `hf download NAME --local-dir DIR`, then convert DIR"
        )
    return "give the path of a downloaded checkpoint; `hf download NAME --local-dir DIR` gets one"


def _check_family(raw: dict[str, Any]) -> None:
    model_type = raw.get("model_type")
    if model_type not in _LAYOUTS:
        raise CheckpointError(
            f'config.json: model_type "{model_type}" is not supported',
            f"supported: {', '.join(_LAYOUTS)} (CodeGen2.5 alone)",
        )


def check_sizes(config: CodeGenConfig) -> None:
    """Refuse sizes that do not fit each other, or that the written file could not have.

    Raises:
        CheckpointError: with the first that does not.
    """
    _check_limits(config)
    if config.n_embd % config.n_head:
        raise CheckpointError(
            f"config.json: n_embd {config.n_embd} is not a multiple of n_head {config.n_head}",
            "is this a complete CodeGen config?",
        )
    if config.n_head % config.qkv.groups:
        raise CheckpointError(
            f"config.json: n_head {config.n_head} is not a multiple of {config.qkv.groups}",
            f"the qkv rows lie in {config.qkv.groups} groups of heads (see --cores)",
        )
    if config.rotary_dim % 2 or config.rotary_dim > config.head_dim:
        raise CheckpointError(
            f"config.json: rotary_dim {config.rotary_dim} is not an even number up to "
            f"the head width {config.head_dim}",
            "is this a complete CodeGen config?",
        )


def _check_limits(config: CodeGenConfig) -> None:
    """Refuse absurd sizes before anything is made of them."""
    for key, value, most in (
        ("n_layer", config.n_layer, MOST_BLOCKS),
        ("n_embd", config.n_embd, MOST_EMBEDDING),
        ("n_head", config.n_head, MOST_HEADS),
        ("n_inner", config.n_inner, MOST_INNER_RATIO * config.n_embd),
        ("n_positions", config.n_ctx, MOST_CONTEXT),
        ("vocab_size", config.vocab_size, VOCABULARY.stop - 1),
    ):
        if value > most:
            raise CheckpointError(
                f"config.json: {key} is {value}, more than {most}", "no CodeGen model is so large"
            )
