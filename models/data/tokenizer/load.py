"""Open a tokenizer's folder for encoding, and check that it is of CodeGen's design."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen_cli.convert.json_file import read_json
from codegen_cli.convert.vocab import read_vocab
from codegen_cli.errors import UsageError
from codegen_cli.registry.fingerprint import sha256

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

    Raises:
        CheckpointError: `codegen convert` could not read it.
        UsageError: it has no `tokenizer.json`.
    """
    from tokenizers import Tokenizer

    path = folder / "tokenizer.json"
    if not path.is_file():
        raise UsageError(f'no tokenizer.json in "{folder}"', "save it with a fast class")
    size = vocabulary_size(path)
    end = read_vocab(folder, size).end_of_text
    encoder = Tokenizer.from_file(str(path))
    # Whoever writes <|endoftext|> in a file must not end a document with it.
    encoder.encode_special_tokens = True
    return Vocabulary(encoder, size, end, sha256(path))


def vocabulary_size(path: Path) -> int:
    """Return one more than the largest id in a `tokenizer.json`."""
    data = read_json(path)
    ids = [*data["model"]["vocab"].values(), *(one["id"] for one in data.get("added_tokens", []))]
    if not ids or max(ids) >= _MOST_IDS:
        raise UsageError(f'"{path}" has no vocabulary, or one with senseless ids')
    return int(max(ids)) + 1
