"""Rows from a folder of source files, for fine-tuning without the data pipeline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from codegen_cli import console
from codegen_cli.errors import UsageError
from models.data.tokenizer.load import load
from models.train.rows import Sequences

#: A larger file is data or generated.
_MOST_BYTES = 1 << 20


def code_rows(
    folder: Path, suffixes: tuple[str, ...], tokenizer: Path, sequence: int, vocab: int
) -> Sequences:
    """Tokenize the files below a folder, joined by the end of text and cut into sequences.

    The last, incomplete sequence is filled up with the end of text, which weighs nothing.

    Raises:
        UsageError: there are no such files, or the tokenizer is not the model's.
        CheckpointError: the tokenizer cannot be read.
    """
    vocabulary = load(tokenizer)
    if vocabulary.size > vocab:
        raise UsageError(
            f'the tokenizer in "{tokenizer}" has {vocabulary.size} ids, the model {vocab}'
        )
    end = vocabulary.end_of_text
    ids: list[int] = []
    for text in _texts(folder, suffixes):
        ids += [*vocabulary.encoder.encode(text).ids, end]
    if not ids:
        raise UsageError(f'"{folder}" holds no {" or ".join(suffixes)} files', "see --suffix")
    missing = -len(ids) % sequence
    tokens = np.array(ids + [end] * missing, np.uint32).reshape(-1, sequence)
    weights = np.full(tokens.size, 255, np.uint8)
    weights[len(ids) :] = 0
    console.note(f"{len(ids):,} tokens: {len(tokens):,} sequences of {sequence}")
    digest = hashlib.sha256(tokens.tobytes()).hexdigest()
    return Sequences([(tokens, weights.reshape(tokens.shape))], sequence, digest)


def _texts(folder: Path, suffixes: tuple[str, ...]) -> Iterator[str]:
    left_out = 0
    for path in sorted(folder.rglob("*")):
        hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if hidden or path.suffix not in suffixes or not path.is_file():
            continue
        if path.stat().st_size > _MOST_BYTES:
            left_out += 1
            continue
        try:
            yield path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            left_out += 1
    if left_out:
        console.note(f"{left_out} files left out: not UTF-8, or larger than 1 MiB")
