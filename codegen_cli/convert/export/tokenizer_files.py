"""Tokenizer files in Hugging Face's layout: those of the source, or written from a vocabulary."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from gguf import TokenType

from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.vocab import Vocab

_FILES = (
    "vocab.json",
    "merges.txt",
    "added_tokens.json",
    "special_tokens_map.json",
    "tokenizer_config.json",
    "tokenizer.json",
)
_END_OF_TEXT = "<|endoftext|>"


def copy_tokenizer(place: Place, folder: Path) -> None:
    """Copy the tokenizer files that are there."""
    for name in _FILES:
        if (place / name).is_file():
            (folder / name).write_bytes((place / name).read_bytes())


def write_tokenizer(vocab: Vocab, n_ctx: int, folder: Path) -> None:
    """Write the files of a CodeGenTokenizer, and tokenizer.json, which servers read."""
    base, added = _ids(vocab)
    special = dict.fromkeys(("bos_token", "eos_token", "unk_token"), _END_OF_TEXT)
    settings = {
        "tokenizer_class": "CodeGenTokenizer",
        "add_prefix_space": False,
        "model_max_length": n_ctx,
        **special,
    }
    merges = "".join(f"{merge}\n" for merge in vocab.merges)
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges, encoding="utf-8", newline="\n")
    _write_json(folder / "vocab.json", base)
    _write_json(folder / "added_tokens.json", added)
    _write_json(folder / "special_tokens_map.json", special)
    _write_json(folder / "tokenizer_config.json", settings)
    write_fast_tokenizer(vocab, folder)


def padded(vocab: Vocab) -> Vocab:
    """Make added tokens of the padding, as GPT-J 6B's tokenizer has them."""
    unused, added = TokenType.UNUSED, TokenType.USER_DEFINED
    return replace(vocab, types=tuple(added if t == unused else t for t in vocab.types))


def write_fast_tokenizer(vocab: Vocab, folder: Path) -> None:
    """Write tokenizer.json. Source: huggingface/tokenizers, the serialized form of its objects."""
    base, added = _ids(vocab)
    controls = {vocab.tokens[i]: i for i, t in enumerate(vocab.types) if t == TokenType.CONTROL}
    entries = sorted({**added, **controls}.items(), key=lambda entry: entry[1])
    byte_level = {"type": "ByteLevel", "add_prefix_space": False, "trim_offsets": True}
    data = {
        "version": "1.0",
        "truncation": None,
        "padding": None,
        "added_tokens": [_entry(token, index, token in controls) for token, index in entries],
        "normalizer": None,
        "pre_tokenizer": {**byte_level, "use_regex": True},
        "post_processor": {**byte_level, "use_regex": True},
        "decoder": {**byte_level, "use_regex": True},
        "model": {
            "type": "BPE",
            "dropout": None,
            "unk_token": None,
            "continuing_subword_prefix": "",
            "end_of_word_suffix": "",
            "fuse_unk": False,
            "byte_fallback": False,
            "vocab": base,
            "merges": list(vocab.merges),
        },
    }
    _write_json(folder / "tokenizer.json", data)


def _ids(vocab: Vocab) -> tuple[dict[str, int], dict[str, int]]:
    """Return the ids of GPT-2's kind of tokens, end of text among them, and of added ones."""
    base, added = {}, {}
    for index, (token, kind) in enumerate(zip(vocab.tokens, vocab.types, strict=True)):
        if kind == TokenType.NORMAL or token == _END_OF_TEXT:
            base[token] = index
        elif kind in (TokenType.USER_DEFINED, TokenType.CONTROL):
            added[token] = index
    return base, added


def _entry(token: str, index: int, special: bool) -> dict[str, Any]:
    sides = dict.fromkeys(("single_word", "lstrip", "rstrip"), False)
    return {"id": index, "content": token, **sides, "normalized": not special, "special": special}


def _write_json(path: Path, data: object) -> None:
    path.write_text(json.dumps(data, ensure_ascii=False), encoding="utf-8")
