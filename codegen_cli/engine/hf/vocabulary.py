"""Text to tokens and back, through a Hugging Face tokenizer."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from codegen_cli.errors import ModelError

_BYTE_TOKEN = re.compile(r"<0x([0-9A-F]{2})>")


class HFVocabulary:
    """Tokenize, and say which bytes a token stands for: byte-level BPE or SentencePiece spelling.

    `ends` are the tokens with which the model ends a text, `size` is how many tokens it knows.
    """

    def __init__(self, tokenizer: Any, ends: set[int], size: int) -> None:
        """Raise ModelError for a tokenizer whose tokens have no bytes of their own."""
        self._tokenizer = tokenizer
        self._ends = ends
        self._size = size
        self._added = {
            int(index): str(token.content)
            for index, token in tokenizer.added_tokens_decoder.items()
        }
        self._bytes_of = _spelling(tokenizer)
        self._pieces: dict[int, bytes] = {}
        # What the tokenizer itself puts before a text: nothing for GPT-2's kin.
        first = tokenizer("").input_ids[:1]
        self.before = first if first == [tokenizer.bos_token_id] else []

    @property
    def end_of_text(self) -> int:
        """Return the token that separates texts: what an empty prompt continues."""
        own = self._tokenizer.eos_token_id
        return int(own) if own is not None else min(self._ends, default=0)

    def tokenize(self, text: str) -> list[int]:
        """Return the token ids of a text; a control token spelled out in it stays ordinary text.

        Raises:
            ModelError: the model has fewer tokens than its tokenizer.
        """
        text = text.encode("utf-8", "replace").decode("utf-8")
        ids: list[int] = self._tokenizer(
            text, add_special_tokens=False, split_special_tokens=True
        ).input_ids
        if max(ids, default=0) >= self._size:
            raise ModelError(
                f"the tokenizer has a token {max(ids)}, but the model has {self._size} tokens",
                "the tokenizer belongs to another model",
            )
        return ids

    def prompt(self, text: str) -> list[int]:
        """Return the tokens that a model continues: at least one."""
        return self.before + self.tokenize(text) or [self.end_of_text]

    def piece(self, token: int) -> bytes:
        """Return the bytes that one token stands for (possibly half a character)."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._read_piece(token)
        return known

    def _read_piece(self, token: int) -> bytes:
        if token in self._added:
            return self._added[token].encode()
        spelled = self._tokenizer.convert_ids_to_tokens(token)
        # Padding of the output layer: ids that the tokenizer does not know have no text.
        return b"" if spelled is None else self._bytes_of(spelled)

    def is_end(self, token: int) -> bool:
        """Say whether the model ends its answer with this token."""
        return token in self._ends


def _spelling(tokenizer: Any) -> Callable[[str], bytes]:
    """Return how the tokens of a vocabulary are spelled, from its own decoder."""
    backend = getattr(tokenizer, "backend_tokenizer", None)
    decoder = json.loads(backend.to_str())["decoder"] if backend is not None else None
    parts = json.dumps(decoder)
    if '"ByteLevel"' in parts:
        return _byte_level()
    if '"ByteFallback"' in parts or '"Metaspace"' in parts:
        return _sentence_piece
    raise ModelError(
        f"the tokenizer {type(tokenizer).__name__} is neither byte-level BPE nor SentencePiece",
        "only those are supported",
    )


def _byte_level() -> Callable[[str], bytes]:
    """Return the inverse of GPT-2's printable spelling (openai/gpt-2 `bytes_to_unicode`)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    byte_of = {chr(byte): byte for byte in printable}
    byte_of |= {chr(256 + i): byte for i, byte in enumerate(others)}

    def bytes_of(spelled: str) -> bytes:
        if all(character in byte_of for character in spelled):
            return bytes(byte_of[character] for character in spelled)
        return spelled.encode()

    return bytes_of


def _sentence_piece(spelled: str) -> bytes:
    byte = _BYTE_TOKEN.fullmatch(spelled)
    return bytes([int(byte[1], 16)]) if byte else spelled.replace("▁", " ").encode()
