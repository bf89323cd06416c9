"""Check the byte-level BPE vocabulary in a GGUF file."""

from __future__ import annotations

from codegen_cli.engine.gguf.file import GGUFFile
from codegen_cli.engine.gguf.keys import required
from codegen_cli.engine.gguf.refusal import CONVERT, refuse, show

#: llama.cpp `include/llama.h`, enum llama_token_type; 0 (undefined) and 6 (byte) are SentencePiece.
_NORMAL = 1
_UNKNOWN = 2
_CONTROL = 3
_USER_DEFINED = 4
_TOKEN_TYPES = frozenset(range(1, 6))

#: 256 bytes and one control token; each position of a batch takes this many floats of memory.
VOCABULARY = range(257, (1 << 17) + 1)

#: Characters. The longest token of GPT-2 has 128.
_TOKEN_LIMIT = 1024

#: CodeGen has 39. llama.cpp searches every text for each of them, piece by piece.
_MOST_SEARCHED = 1024

_SPECIAL = ("bos", "eos", "eot", "unknown", "padding")


def _byte_characters() -> frozenset[str]:
    """Return the 256 characters that byte-level BPE writes bytes with (GPT-2 `encoder.py`)."""
    plain = {*range(33, 127), *range(161, 173), *range(174, 256)}
    return frozenset(map(chr, [*plain, *range(256, 512 - len(plain))]))


BYTES = _byte_characters()


def check_tokenizer(file: GGUFFile) -> int:
    """Return the number of tokens of a vocabulary whose key types were checked.

    Raises:
        InvalidGGUF: it is not GPT-2's kind, contradicts itself, or cannot spell every byte.
    """
    _check_kind(file)
    tokens = _read_tokens(file)
    types = _read_types(file, len(tokens))
    normal = frozenset(t for t, kind in zip(tokens, types, strict=True) if kind == _NORMAL)
    _check_spelling(file, normal)
    _check_merges(file, normal)
    _check_special(file, types)
    return len(tokens)


def _check_kind(file: GGUFFile) -> None:
    for key, wanted in (("model", "gpt2"), ("pre", "gpt-2")):
        found = required(file, f"tokenizer.ggml.{key}")
        if found != wanted:
            raise refuse(
                file.path, f"has tokenizer.ggml.{key} {show(found)}, not {wanted!r}", CONVERT
            )
    if file.metadata.get("tokenizer.ggml.add_space_prefix", False):
        raise refuse(file.path, "has tokenizer.ggml.add_space_prefix true, not false", CONVERT)


def _read_tokens(file: GGUFFile) -> list[str]:
    array = required(file, "tokenizer.ggml.tokens")
    if len(array) not in VOCABULARY:
        raise refuse(
            file.path,
            f"has {len(array)} tokens, not {VOCABULARY.start} to {VOCABULARY.stop - 1}",
            CONVERT,
        )
    key = f"{file.architecture}.vocab_size"
    declared = file.metadata.get(key, len(array))
    if declared != len(array):
        raise refuse(file.path, f"has {len(array)} tokens, but {key} {declared}", CONVERT)
    tokens: list[str] = array.strings()
    _check_strings(file, tokens)
    return tokens


def _check_strings(file: GGUFFile, tokens: list[str]) -> None:
    # llama.cpp cuts strings at zero bytes, renames empty ones, and aborts when two are then equal.
    for index, token in enumerate(tokens):
        if not token or len(token) > _TOKEN_LIMIT or "\0" in token or not _is_text(token):
            raise refuse(file.path, f"has the broken token {index}: {show(token)}")
    if len(set(tokens)) != len(tokens):
        first = {token: index for index, token in reversed(list(enumerate(tokens)))}
        twice = next(token for index, token in enumerate(tokens) if first[token] != index)
        raise refuse(file.path, f"has the token {show(twice)} twice", CONVERT)


def _is_text(token: str) -> bool:
    try:
        token.encode()
    except UnicodeEncodeError:
        return False
    return True


def _read_types(file: GGUFFile, n_vocab: int) -> list[int]:
    array = required(file, "tokenizer.ggml.token_type")
    if len(array) != n_vocab:
        raise refuse(file.path, f"has {n_vocab} tokens, but {len(array)} token types")
    types: list[int] = list(array.numbers())
    for index, kind in enumerate(types):
        if kind not in _TOKEN_TYPES:
            raise refuse(file.path, f"has token {index} of type {kind}, not 1 to 5", CONVERT)
    searched = sum(map(types.count, (_UNKNOWN, _CONTROL, _USER_DEFINED)))
    if searched > _MOST_SEARCHED:
        wrong = f"has {searched} control and user-defined tokens, more than {_MOST_SEARCHED}"
        raise refuse(file.path, wrong, CONVERT)
    return types


def _check_spelling(file: GGUFFile, normal: frozenset[str]) -> None:
    """Refuse a vocabulary that would lose bytes of a text, or write others than it should."""
    if not BYTES.issuperset("".join(normal)):
        odd = min(token for token in normal if not BYTES.issuperset(token))
        raise refuse(file.path, f"has the token {show(odd)}, which is no byte-level BPE", CONVERT)
    missing = BYTES.difference(normal)
    if missing:
        wrong = f"lacks {len(missing)} of the 256 one-byte tokens, the first is {min(missing)!r}"
        raise refuse(file.path, wrong, CONVERT)


def _check_merges(file: GGUFFile, normal: frozenset[str]) -> None:
    # llama.cpp takes any merge; where its result is no token the text is lost without a word.
    for index, merge in enumerate(required(file, "tokenizer.ggml.merges").strings()):
        left, _, right = merge.partition(" ")
        if left not in normal or right not in normal or left + right not in normal:
            raise refuse(
                file.path, f"has the merge {index}, {show(merge)}, that makes no token", CONVERT
            )


def _check_special(file: GGUFFile, types: list[int]) -> None:
    for name in _SPECIAL:
        key = f"tokenizer.ggml.{name}_token_id"
        found = file.metadata.get(key, 0)
        if found >= len(types):
            raise refuse(file.path, f"has {key} {found}, but only {len(types)} tokens")
    end = required(file, "tokenizer.ggml.eos_token_id")
    if types[end] != _CONTROL:
        raise refuse(file.path, f"has the end-of-text token {end} of type {types[end]}, not 3")
    # llama.cpp adds its default, token 11, where the file names none.
    if file.metadata.get("tokenizer.ggml.add_bos_token", False):
        required(file, "tokenizer.ggml.bos_token_id")
