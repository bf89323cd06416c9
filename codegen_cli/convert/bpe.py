"""A reference GPT-2 tokenizer in plain Python, to check the one llama.cpp builds from our file.

Slow and simple: it is run on a few short texts at the end of a conversion.
"""

from __future__ import annotations

import unicodedata
from itertools import pairwise

from gguf import TokenType

from codegen_cli.convert.vocab import Vocab, byte_spelling

_CONTRACTIONS = ("'s", "'t", "'re", "'ve", "'m", "'ll", "'d")


def encode(text: str, vocab: Vocab) -> list[int]:
    """Return the token ids of a text; control tokens in it are spelled out."""
    ids = {token: i for i, token in enumerate(vocab.tokens)}
    ranks = {tuple(merge.split(" ", 1)): rank for rank, merge in enumerate(vocab.merges)}
    added = sorted(
        (
            t
            for t, kind in zip(vocab.tokens, vocab.types, strict=True)
            if kind == TokenType.USER_DEFINED
        ),
        key=len,
        reverse=True,
    )
    spelled = byte_spelling()
    out: list[int] = []
    for part, is_added in _split_added(text, added):
        if is_added:
            out.append(ids[part])
            continue
        for word in split_words(part):
            symbols = [spelled[byte] for byte in word.encode()]
            out += [ids[symbol] for symbol in _merge(symbols, ranks)]
    return out


def _split_added(text: str, added: list[str]) -> list[tuple[str, bool]]:
    """Cut out added tokens, the longest at each place first."""
    parts: list[tuple[str, bool]] = []
    plain = start = 0
    while start < len(text):
        token = next((t for t in added if text.startswith(t, start)), None)
        if token is None:
            start += 1
            continue
        parts += [(text[plain:start], False)] if plain < start else []
        parts.append((token, True))
        plain = start = start + len(token)
    return [*parts, (text[plain:], False)] if plain < len(text) else parts


def split_words(text: str) -> list[str]:
    """Split as GPT-2's pattern does: contractions, letters, numbers, the rest, white space."""
    words, i = [], 0
    while i < len(text):
        end = _word_end(text, i)
        words.append(text[i:end])
        i = end
    return words


def _word_end(text: str, i: int) -> int:
    contraction = next((c for c in _CONTRACTIONS if text.startswith(c, i)), None)
    if contraction:
        return i + len(contraction)
    first = i + 1 if text[i] == " " and i + 1 < len(text) and _kind(text[i + 1]) != "s" else i
    kind = _kind(text[first])
    end = first + 1
    while end < len(text) and _kind(text[end]) == kind:
        end += 1
    # White space before a word leaves its last character to that word.
    if kind == "s" and end < len(text) and end - i > 1:
        return end - 1
    return end


def _kind(character: str) -> str:
    # Python takes these four separators for white space; Unicode and the pattern's \s do not.
    if character.isspace() and character not in "\x1c\x1d\x1e\x1f":
        return "s"
    category = unicodedata.category(character)[0]
    return category if category in "LN" else "other"


def _merge(symbols: list[str], ranks: dict[tuple[str, ...], int]) -> list[str]:
    """Join the leftmost pair of the lowest rank until none is left.

    One at a time, as tiktoken and llama.cpp do: in CodeGen2.5 a joined pair of blanks makes one of
    a lower rank with the next blank.
    """
    while len(symbols) > 1:
        pairs = list(pairwise(symbols))
        at = min(range(len(pairs)), key=lambda i: ranks.get(pairs[i], len(ranks)))
        if pairs[at] not in ranks:
            break
        symbols[at : at + 2] = [symbols[at] + symbols[at + 1]]
    return symbols
