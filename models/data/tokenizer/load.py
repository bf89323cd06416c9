"""Open a tokenizer's folder for encoding, and check that it is of CodeGen's design."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen_cli.convert.json_file import read_json
from codegen_cli.convert.vocab import Vocab, read_vocab
from codegen_cli.errors import UsageError
from codegen_cli.registry.fingerprint import sha256
from models.data.tokenizer.fast import END_OF_TEXT, description

#: More ids than any CodeGen checkpoint has; `read_vocab` fills what is missing.
_MOST_IDS = 1 << 20


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """A tokenizer: the library's object, the number of its ids, the end of text, its hash."""

    encoder: Any
    size: int
    end_of_text: int
    sha256: str


def load(folder: Path) -> Vocabulary:
    """Return the tokenizer in a folder; control tokens in a text are encoded as plain text.

    It is `tokenizer.json`, or made of `vocab.json`, `merges.txt` and `added_tokens.json`.

    Raises:
        CheckpointError: `codegen convert` could not read it.
        UsageError: its ids make no sense.
    """
    from tokenizers import Tokenizer

    size = vocabulary_size(folder)
    vocab = read_vocab(folder, size)
    path = folder / "tokenizer.json"
    if path.is_file():
        encoder, digest = Tokenizer.from_file(str(path)), sha256(path)
    else:
        text = json.dumps(_description(vocab), ensure_ascii=False)
        encoder, digest = Tokenizer.from_str(text), hashlib.sha256(text.encode()).hexdigest()
    # Whoever writes <|endoftext|> in a file must not end a document with it.
    encoder.encode_special_tokens = True
    return Vocabulary(encoder, size, vocab.end_of_text, digest)


def _description(vocab: Vocab) -> dict[str, Any]:
    by_kind: dict[str, dict[str, int]] = {"NORMAL": {}, "USER_DEFINED": {}}
    for number, (token, kind) in enumerate(zip(vocab.tokens, vocab.types, strict=True)):
        by_kind.setdefault(kind.name, {})[token] = number
    end = {END_OF_TEXT: vocab.end_of_text}
    base = {**by_kind["NORMAL"], **end}
    return description(base, vocab.merges, {**end, **by_kind["USER_DEFINED"]})


def vocabulary_size(folder: Path) -> int:
    """Return one more than the largest id of a tokenizer.

    Raises:
        UsageError: its ids make no sense.
        CheckpointError: a file of it is missing or damaged.
    """
    ids = [number for name in ("vocab.json", "added_tokens.json") for number in _ids(folder / name)]
    if not ids:
        data = read_json(folder / "tokenizer.json")
        ids = [*_numbers(data.get("model", {}).get("vocab"))]
        ids += [one.get("id") for one in data.get("added_tokens", [])]
    if not ids or not all(type(one) is int and 0 <= one < _MOST_IDS for one in ids):
        raise UsageError(f'the tokenizer in "{folder}" has no vocabulary, or senseless ids')
    return int(max(ids)) + 1


def _ids(path: Path) -> list[Any]:
    return _numbers(read_json(path)) if path.is_file() else []


def _numbers(vocab: Any) -> list[Any]:
    return list(vocab.values()) if isinstance(vocab, dict) else []
