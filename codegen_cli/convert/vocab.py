"""Read a checkpoint's tokenizer: GPT-2 byte-level BPE plus CodeGen's white-space tokens."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from gguf import TokenType

from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.checkpoint.wall import reading
from codegen_cli.convert.codegen25 import lay_out, run_merges
from codegen_cli.convert.json_file import read_json
from codegen_cli.errors import CheckpointError

_ADVICE = "give the tokenizer's folder with --tokenizer"
_END_OF_TEXT = "<|endoftext|>"

#: What CodeGen2's model writes behind a gap that it has filled.
_END_OF_INFILL = "<eom>"

#: Its tokens for gaps. Not every tokenizer file marks them as special, but no text of a user may
#: become one.
_INFILL = re.compile(r"<(?:mask_\d+|sep|eom|dummy_\d+)>")

#: The tokens that CodeGen adds to GPT-2's, in the order of their ids.
WHITE_SPACE = (*(" " * n for n in range(31, 1, -1)), *("\t" * n for n in range(9, 1, -1)))


@dataclass(frozen=True, slots=True)
class Vocab:
    """The tokens by id (byte-level spelling for ordinary ones), their kinds and the merges.

    `files` are the files of `folder` that it was read from.
    """

    tokens: tuple[str, ...]
    types: tuple[TokenType, ...]
    merges: tuple[str, ...]
    end_of_text: int
    folder: Place
    files: tuple[Place, ...]

    @property
    def end_of_infill(self) -> int | None:
        """Return the token that ends a filled gap; None for models that fill none."""
        return self.tokens.index(_END_OF_INFILL) if _END_OF_INFILL in self.tokens else None

    @property
    def has_white_space(self) -> bool:
        """Say whether it has CodeGen's runs of spaces and tabs, plain or as byte-level BPE."""
        spelled = {run.replace(" ", "Ġ").replace("\t", "ĉ") for run in WHITE_SPACE}
        return set(WHITE_SPACE) <= set(self.tokens) or spelled <= set(self.tokens)


def read_vocab(folder: Place, vocab_size: int) -> Vocab:
    """Read `vocab.json` + `merges.txt` + `added_tokens.json`, or `tokenizer.json`.

    Ids without a token, up to `vocab_size`, become unused padding tokens.

    Raises:
        CheckpointError: files are missing or broken, ids do not fit `vocab_size`, or the tokenizer
            is not GPT-2's byte-level BPE.
    """
    with reading(folder):
        return _vocab(folder, *_read(folder), vocab_size)


def has_vocab(folder: Place) -> bool:
    """Say whether a folder has tokenizer files."""
    return any((folder / name).is_file() for name in ("vocab.json", "merges.txt", "tokenizer.json"))


def read_release_vocab(folder: Place, vocab_size: int, *, white_space: bool) -> Vocab:
    """Read GPT-2's files; added are runs of white space, or nothing, as the release does.

    Raises:
        CheckpointError: as `read_vocab`.
    """
    with reading(folder):
        base, merges, _, files = _read(folder)
        files = tuple(file for file in files if file.name != "added_tokens.json")
        added = {token: len(base) + i for i, token in enumerate(WHITE_SPACE)} if white_space else {}
        return _vocab(folder, base, merges, added, files, vocab_size)


def read_codegen25_vocab(folder: Place, vocab_size: int) -> Vocab:
    """Read GPT-2's files and extend them as CodeGen2.5's tokenizer does.

    Raises:
        CheckpointError: as `read_vocab`; or they are not GPT-2's, or have other added tokens.
    """
    with reading(folder):
        base, merges, added, files = _read(folder)
        files = tuple(file for file in files if file.name != "added_tokens.json")
        tokens, types = lay_out(base, vocab_size)
        places = {token.replace("Ġ", " ").replace("ĉ", "\t"): i for i, token in enumerate(tokens)}
        other = next((token for token, i in added.items() if places.get(token) != i), None)
        if other is not None:
            raise CheckpointError(
                f'the tokenizer in "{folder}" has {other!r} at {added[other]}, CodeGen2.5 has not',
                _ADVICE,
            )
        merges = (*merges, *run_merges())
        _check(tokens, merges, folder)
        return Vocab(tokens, types, merges, tokens.index(_END_OF_TEXT), folder, files)


_Files = tuple[dict[str, int], tuple[str, ...], dict[str, int], tuple[Place, ...]]


def _read(folder: Place) -> _Files:
    """Return the ids of the tokens, the merges, the ids of added tokens, and the files read."""
    if (folder / "vocab.json").is_file() and (folder / "merges.txt").is_file():
        return _read_slow(folder)
    if (folder / "tokenizer.json").is_file():
        return _read_fast(folder)
    raise CheckpointError(
        f'no tokenizer in "{folder}" (vocab.json and merges.txt, or tokenizer.json)', _ADVICE
    )


def _vocab(
    folder: Place,
    base: dict[str, int],
    merges: tuple[str, ...],
    added: dict[str, int],
    files: tuple[Place, ...],
    vocab_size: int,
) -> Vocab:
    tokens, types = _lay_out(base, added, _special_tokens(folder), vocab_size)
    _check(tokens, merges, folder)
    return Vocab(tokens, types, merges, tokens.index(_END_OF_TEXT), folder, files)


def _check(tokens: tuple[str, ...], merges: tuple[str, ...], folder: Place) -> None:
    """Refuse what llama.cpp could not use, before any weight is written."""
    known = set(tokens)
    problem = ""
    if _END_OF_TEXT not in known:
        problem = f"has no {_END_OF_TEXT}"
    elif len(known) < len(tokens):
        twice = next(token for i, token in enumerate(tokens) if token in tokens[:i])
        problem = f"has the token {twice!r} twice"
    elif missing := [byte for byte, token in byte_spelling().items() if token not in known]:
        problem = f"has no token for the byte {missing[0]:#04x}"
    else:
        for merge in merges:
            left, _, right = merge.partition(" ")
            if not left or not right or left + right not in known:
                problem = f"has the merge {merge!r}, whose result is no token"
                break
    if problem:
        raise CheckpointError(f'the tokenizer in "{folder}" {problem}', _ADVICE)


def byte_spelling() -> dict[int, str]:
    """Return GPT-2's printable character for each byte (openai/gpt-2 `bytes_to_unicode`)."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    others = [byte for byte in range(256) if byte not in printable]
    spelled = {byte: chr(byte) for byte in printable}
    return spelled | {byte: chr(256 + i) for i, byte in enumerate(others)}


def _read_slow(folder: Place) -> _Files:
    vocab, merges_txt, added_json = (
        folder / name for name in ("vocab.json", "merges.txt", "added_tokens.json")
    )
    base = _ids(read_json(vocab), vocab)
    lines = merges_txt.read_text(encoding="utf-8").split("\n")
    merges = tuple(line for line in lines if line and not line.startswith("#version"))
    if not added_json.is_file():
        return base, merges, {}, (vocab, merges_txt)
    added = _ids(read_json(added_json), added_json)
    return base, merges, added, (vocab, merges_txt, added_json)


def _read_fast(folder: Place) -> _Files:
    path = folder / "tokenizer.json"
    data = read_json(path)
    model = data.get("model") or {}
    if model.get("type", "BPE") != "BPE" or not _is_byte_level(data.get("pre_tokenizer")):
        raise CheckpointError(
            f'the tokenizer in "{path}" is not GPT-2\'s byte-level BPE', "only that is supported"
        )
    merges = tuple(
        merge if isinstance(merge, str) else " ".join(merge) for merge in model.get("merges", [])
    )
    added = {str(entry["content"]): entry["id"] for entry in data.get("added_tokens", [])}
    return _ids(model.get("vocab"), path), merges, _ids(added, path), (path,)


def _is_byte_level(pre_tokenizer: Any) -> bool:
    return (
        isinstance(pre_tokenizer, dict)
        and pre_tokenizer.get("type") == "ByteLevel"
        and not pre_tokenizer.get("add_prefix_space", False)
        and pre_tokenizer.get("use_regex", True)
    )


def _ids(data: Any, path: Place) -> dict[str, int]:
    if not isinstance(data, dict) or (not data and path.name != "added_tokens.json"):
        raise CheckpointError(f'"{path}" holds no tokens', _ADVICE)
    bad = next((t for t, i in data.items() if type(i) is not int or i < 0), None)
    if bad is not None:
        raise CheckpointError(f'"{path}": the id of {bad!r} is not a number', "download it again")
    return data


def _special_tokens(folder: Place) -> set[str]:
    """Return the added tokens that are marked as special, from whichever file says so."""
    special = {_END_OF_TEXT}
    names = ("special_tokens_map.json", "tokenizer_config.json", "tokenizer.json")
    files = {name: read_json(folder / name) for name in names if (folder / name).is_file()}
    for value in files.get("special_tokens_map.json", {}).values():
        for entry in value if isinstance(value, list) else [value]:
            special.add(str(entry.get("content") if isinstance(entry, dict) else entry))
    decoder = files.get("tokenizer_config.json", {}).get("added_tokens_decoder", {})
    entries = [*decoder.values(), *files.get("tokenizer.json", {}).get("added_tokens", [])]
    special |= {str(entry.get("content")) for entry in entries if entry.get("special")}
    return special


def _lay_out(
    base: dict[str, int], added: dict[str, int], special: set[str], vocab_size: int
) -> tuple[tuple[str, ...], tuple[TokenType, ...]]:
    tokens: list[str | None] = [None] * vocab_size
    types = [TokenType.UNUSED] * vocab_size
    for source, ordinary in ((base, TokenType.NORMAL), (added, TokenType.USER_DEFINED)):
        for token, index in source.items():
            if index >= vocab_size:
                raise CheckpointError(
                    f"token {token!r} has the id {index}, but config.json says vocab_size "
                    f"{vocab_size}",
                    "the tokenizer belongs to another model",
                )
            tokens[index] = token
            is_special = token in special or (source is added and _INFILL.fullmatch(token))
            types[index] = TokenType.CONTROL if is_special else ordinary
    filled = tuple(
        f"<|unused_{index}|>" if token is None else token for index, token in enumerate(tokens)
    )
    return filled, tuple(types)
