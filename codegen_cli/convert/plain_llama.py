"""Tell CodeGen2.5 from all other LLaMA-shaped checkpoints by its config.json."""

from __future__ import annotations

import json
from typing import Any

from codegen_cli.convert.config_values import number_of, size_of
from codegen_cli.errors import CheckpointError

#: The number of its tokens, which no other known LLaMA-shaped model has.
VOCABULARY = 51200

#: The base of rotary frequencies, where a file names none.
ROPE_BASE = 10000.0

_HINT = "is this a CodeGen2.5 checkpoint?"

#: What transformers' LLaMA can do beside CodeGen2.5, and the values that leave it out.
_PLAIN: dict[str, tuple[Any, ...]] = {
    "hidden_act": ("silu",),
    "attention_bias": (False, None),
    "mlp_bias": (False, None),
    "rope_scaling": (None,),
}


def check_plain_llama(raw: dict[str, Any]) -> None:
    """Refuse a LLaMA model that is not CodeGen2.5's kind.

    Raises:
        CheckpointError: it has another vocabulary, or something that llama.cpp's graph would not
            compute as it is written here.
    """
    tokens = size_of(raw, "vocab_size")
    if tokens != VOCABULARY:
        raise CheckpointError(
            f"config.json: a LLaMA model of {tokens} tokens, not CodeGen2.5 ({VOCABULARY} tokens)",
            "llama.cpp's own convert_hf_to_gguf.py is for other LLaMA models",
        )
    heads = size_of(raw, "num_attention_heads")
    width = size_of(raw, "hidden_size") // heads
    wanted = {**_PLAIN, "num_key_value_heads": (heads, None), "head_dim": (width, None)}
    for key, allowed in wanted.items():
        if raw.get(key) not in allowed:
            shown, plain = (json.dumps(value)[:40] for value in (raw.get(key), allowed[0]))
            raise CheckpointError(f"config.json: {key} is {shown}, CodeGen2.5 has {plain}", _HINT)


def rope_base(raw: dict[str, Any]) -> float:
    """Return the base of the rotary frequencies: transformers 5 has them in an object.

    Raises:
        CheckpointError: it is no number above 0, or the frequencies are scaled.
    """
    rope = raw.get("rope_parameters") or raw
    if not isinstance(rope, dict) or rope.get("rope_type", "default") != "default":
        shown = json.dumps(rope)[:40]
        raise CheckpointError(
            f"config.json: rope_parameters is {shown}, CodeGen2.5's are default", _HINT
        )
    return number_of(rope, "rope_theta", ROPE_BASE)
