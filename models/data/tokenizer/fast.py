"""The `tokenizers` library's description of a byte-level BPE of CodeGen's design."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

END_OF_TEXT = "<|endoftext|>"


def description(
    vocab: Mapping[str, int], merges: Sequence[str], added: Mapping[str, int]
) -> dict[str, Any]:
    """Return what `tokenizer.json` holds; `added` has the end of text and the white-space tokens.

    A merge is two tokens with a blank between, as in `merges.txt`.
    """
    level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    return {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_added(token, number) for token, number in added.items()],
        "normalizer": None,
        "pre_tokenizer": {**level, "use_regex": True},
        "post_processor": None,
        "decoder": {**level, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": None,
            "end_of_word_suffix": None,
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": dict(vocab),
            "merges": [merge.split(" ") for merge in merges],
        },
    }


def _added(token: str, number: int) -> dict[str, Any]:
    return {
        "id": number,
        "content": token,
        "single_word": False,
        "lstrip": False,
        "rstrip": False,
        "normalized": False,
        "special": token == END_OF_TEXT,
    }
