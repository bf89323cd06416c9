"""Find the tokenizer of a checkpoint that may have come without one."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.convert.checkpoint.place import Place
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.source import Source
from codegen_cli.convert.vocab import (
    Vocab,
    has_vocab,
    read_codegen25_vocab,
    read_release_vocab,
    read_vocab,
)
from codegen_cli.engine.gguf.architecture import LLAMA
from codegen_cli.errors import CheckpointError
from codegen_cli.hub.cache import cached_files

#: The one to fetch where none is there.
GPT2 = "openai-community/gpt2"
FILES = ("vocab.json", "merges.txt")

_SIZES = ("350M", "2B", "6B", "16B")

#: All hold GPT-2's vocabulary; the first that is there will do.
_REPOSITORIES = (
    *(f"Salesforce/codegen-{size}-mono" for size in _SIZES),
    *(f"Salesforce/codegen-{size}-multi" for size in _SIZES),
    *(f"Salesforce/codegen-{size}-nl" for size in _SIZES),
    GPT2,
    "gpt2",
)

#: The id of <|endoftext|> in GPT-2's vocabulary, its last.
_GPT2_END = 50256

#: The families that were trained with runs of white space as tokens.
WHITE_SPACE_FAMILIES = ("Multi", "Mono")


def find_vocab(source: Source, given: Path | None, family: str) -> Vocab:
    """Return the vocabulary of the given folder, of the source, or of its family.

    The releases came without one: their script takes GPT-2's for NL models, and adds runs of
    white space for Multi and Mono ones. GPT-2's is looked for in the Hub's cache, never on the
    network. Source: salesforce/CodeGen `codegen1/jaxformer/hf/sample.py`.

    Raises:
        CheckpointError: there is none, or it is broken or of another kind.
    """
    if source.config.graph is LLAMA:
        return codegen25_vocab(source.place, source.config, given)
    size = source.config.vocab_size
    white_space = family in WHITE_SPACE_FAMILIES
    own = source.vocab is not None or has_vocab(source.place)
    if given is not None:
        vocab = read_vocab(given, size)
        if own or not white_space or not _is_plain_gpt2(vocab):
            return vocab
        return read_release_vocab(given, size, white_space=True)
    if own:
        return source.vocab or read_vocab(source.place, size)
    if family == "unknown":
        raise CheckpointError(
            f'"{source.place}" has no tokenizer, and its name says no family (NL, Multi, Mono)',
            "give --family, or the tokenizer's folder with --tokenizer",
        )
    return read_release_vocab(_gpt2(source.place), size, white_space=white_space)


def codegen25_vocab(folder: Place, config: CodeGenConfig, given: Path | None = None) -> Vocab:
    """Return CodeGen2.5's vocabulary: checkpoints come without one, it extends GPT-2's.

    Raises:
        CheckpointError: GPT-2's is nowhere, or the checkpoint has a tokenizer of another kind.
    """
    if (folder / "tokenizer.model").is_file():
        raise CheckpointError(
            f'"{folder}" has a SentencePiece tokenizer (tokenizer.model), so it is not CodeGen2.5',
            "llama.cpp's own convert_hf_to_gguf.py is for other LLaMA models",
        )
    own = folder if has_vocab(folder) else None
    return read_codegen25_vocab(given or own or _gpt2(folder), config.vocab_size)


def _gpt2(place: Place) -> Path:
    """Return a folder of the Hub's cache with GPT-2's files, for a checkpoint without any."""
    folder = cached_gpt2()
    if folder is None:
        raise CheckpointError(
            f'"{place}" has no tokenizer, and the Hub\'s cache holds none for it',
            f"run `hf download {_REPOSITORIES[0]} {' '.join(FILES)}` once, or give --tokenizer",
        )
    return folder


def _is_plain_gpt2(vocab: Vocab) -> bool:
    return vocab.end_of_text == _GPT2_END and not vocab.has_white_space


def cached_gpt2() -> Path | None:
    """Return a folder of the Hub's cache that holds GPT-2's files."""
    found = (cached_files(repository, FILES) for repository in _REPOSITORIES)
    return next((folder for folder in found if folder is not None), None)
