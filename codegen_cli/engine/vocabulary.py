"""Text to tokens and back, through llama.cpp's tokenizer."""

from __future__ import annotations

import codecs
import ctypes
from collections.abc import Sequence
from typing import Any, Protocol

from codegen_cli.engine.bindings import llama
from codegen_cli.errors import CodegenError, UsageError


class Vocabulary:
    """Tokenize and detokenize with the model's byte-level BPE."""

    def __init__(self, model: Any) -> None:
        self._c = llama()
        self._vocab = self._c.llama_model_get_vocab(model)
        self.size = int(self._c.llama_vocab_n_tokens(self._vocab))
        self.end_of_text = int(self._c.llama_vocab_eos(self._vocab))
        self._pieces: dict[int, bytes] = {}

    def tokenize(self, text: str, *, control_tokens: bool = False) -> list[int]:
        """Return the token ids of a text.

        Text of users can never become a control token: `<|endoftext|>` in it is spelled out,
        unless `control_tokens` says that the text is the program's own.
        """
        data = text.encode("utf-8", "surrogatepass")
        room = len(data) + 8
        buffer = (ctypes.c_int32 * room)()
        count = self._c.llama_tokenize(
            self._vocab, data, len(data), buffer, room, False, control_tokens
        )
        if count < 0:
            raise CodegenError(
                f"llama.cpp could not tokenize a text of {len(data)} bytes", "please report it"
            )
        return list(buffer[:count])

    def prompt(self, text: str) -> list[int]:
        """Return the tokens that a model continues: at least one.

        Before an empty text stands the end of another one.
        """
        return self.tokenize(text) or [self.end_of_text]

    def gap(self, prefix: str, suffix: str) -> list[int]:
        """Return the tokens that ask CodeGen2 for what stands between two texts.

        Source: the model card of Salesforce/codegen2, "Infill sampling".

        Raises:
            UsageError: the model was not trained for it.
        """
        mask, separator = self._control("<mask_1>"), self._control("<sep>")
        around = [*self.tokenize(prefix), mask, *self.tokenize(suffix)]
        return [*around, self.end_of_text, separator, mask]

    def _control(self, name: str) -> int:
        tokens = self.tokenize(name, control_tokens=True)
        if len(tokens) != 1 or self.tokenize(name) == tokens:
            raise UsageError(
                f"this model fills no gaps: it has no token {name}",
                "CodeGen2 and CodeGen2.5 were trained for that",
            )
        return tokens[0]

    def piece(self, token: int) -> bytes:
        """Return the bytes that one token stands for (possibly half a character)."""
        known = self._pieces.get(token)
        if known is None:
            known = self._pieces[token] = self._read_piece(token)
        return known

    def _read_piece(self, token: int) -> bytes:
        room = 128
        while True:
            buffer = ctypes.create_string_buffer(room)
            count = self._c.llama_token_to_piece(self._vocab, token, buffer, room, 0, True)
            if count >= 0:
                return buffer.raw[:count]
            room = -count

    def detokenize(self, tokens: Sequence[int]) -> str:
        """Return the text of tokens; bytes that are no UTF-8 become U+FFFD."""
        return b"".join(map(self.piece, tokens)).decode("utf-8", "replace")

    def is_end(self, token: int) -> bool:
        """Say whether the model ends its answer with this token."""
        return bool(self._c.llama_vocab_is_eog(self._vocab, token))


class Pieces(Protocol):
    """What an answer asks of a vocabulary."""

    def piece(self, token: int) -> bytes:
        """Return the bytes that one token stands for (possibly half a character)."""

    def is_end(self, token: int) -> bool:
        """Say whether the model ends its answer with this token."""


class TextStream:
    """Turn tokens into text as they come, never showing half a character."""

    def __init__(self, vocabulary: Pieces) -> None:
        self._vocabulary = vocabulary
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def feed(self, token: int) -> str:
        """Return the text that is complete with this token."""
        return self._decoder.decode(self._vocabulary.piece(token))

    def finish(self) -> str:
        """Return what is left; an unfinished character becomes U+FFFD."""
        return self._decoder.decode(b"", final=True)
