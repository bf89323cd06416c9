"""Train a byte-level BPE of CodeGen's design: GPT-2's, with tokens for runs of white space.

Digits never merge, so that a small model can copy numbers; neither do blanks that a white-space
token covers, for such a merge would never be used.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from codegen_cli.convert.vocab import WHITE_SPACE
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import write_output
from models.data.tokenizer.fast import END_OF_TEXT, description

#: 256 bytes and the end of text.
_FEWEST = 257

_LENGTH = 2048


def train(texts: Iterable[str], vocab_size: int, folder: Path) -> list[str]:
    """Train on texts, write files in Hugging Face's layout into a folder and return their names.

    `vocab_size` counts the bytes, the merges and the end of text; the white-space tokens come on
    top, as in CodeGen's vocabulary.

    Raises:
        UsageError: it is too small.
        CodegenError: the texts have too few different words for so many tokens.
    """
    from tokenizers import Regex, Tokenizer, models, pre_tokenizers, trainers

    if vocab_size < _FEWEST:
        raise UsageError(f"vocab_size {vocab_size} is below {_FEWEST}", "256 bytes and the end")
    byte_level = pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=True)
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [
            pre_tokenizers.Split(Regex(r" {2,}|\t{2,}"), "removed"),
            pre_tokenizers.Split(Regex(r"[0-9]"), "isolated"),
            byte_level,
        ]
    )
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - 1,
        initial_alphabet=sorted(pre_tokenizers.ByteLevel.alphabet()),
        show_progress=False,
    )
    tokenizer.train_from_iterator(texts, trainer)
    model = json.loads(tokenizer.to_str())["model"]
    if len(model["vocab"]) < vocab_size - 1:
        raise CodegenError(
            f"the text gives {len(model['vocab']) + 1} tokens, not {vocab_size}",
            "train on more text, or ask for fewer",
        )
    return write(folder, model["vocab"], [" ".join(merge) for merge in model["merges"]])


def write(folder: Path, vocab: dict[str, int], merges: list[str]) -> list[str]:
    """Write a vocabulary, the end of text and the white-space tokens, and return the files' names.

    Raises:
        CodegenError: the disk refuses.
    """
    end = len(vocab)
    base = {**vocab, END_OF_TEXT: end}
    added = {token: end + 1 + i for i, token in enumerate(WHITE_SPACE)}
    special = dict.fromkeys(("bos_token", "eos_token", "unk_token"), END_OF_TEXT)
    files: dict[str, Any] = {
        "vocab.json": base,
        "added_tokens.json": added,
        "special_tokens_map.json": special,
        "tokenizer_config.json": {
            "add_prefix_space": False,
            "clean_up_tokenization_spaces": False,
            "model_max_length": _LENGTH,
            "tokenizer_class": "CodeGenTokenizer",
            **special,
        },
        "tokenizer.json": description(base, merges, {END_OF_TEXT: end, **added}),
    }
    for name, content in files.items():
        write_output(folder / name, json.dumps(content, ensure_ascii=False))
    lines = ["#version: 0.2", *merges]
    write_output(folder / "merges.txt", "\n".join(lines) + "\n")
    return [*files, "merges.txt"]
