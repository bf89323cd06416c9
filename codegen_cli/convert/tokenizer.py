"""Find the tokenizer of a checkpoint that may have come without one."""

from __future__ import annotations

from pathlib import Path

from codegen_cli.convert.source import Source
from codegen_cli.convert.vocab import Vocab, has_vocab, read_release_vocab, read_vocab
from codegen_cli.errors import CheckpointError
from codegen_cli.hub.cache import cached_files

_SIZES = ("350M", "2B", "6B", "16B")

#: All hold GPT-2's vocabulary; the first that is there will do.
_REPOSITORIES = (
    *(f"Salesforce/codegen-{size}-mono" for size in _SIZES),
    *(f"Salesforce/codegen-{size}-multi" for size in _SIZES),
    *(f"Salesforce/codegen-{size}-nl" for size in _SIZES),
    "openai-community/gpt2",
    "gpt2",
)
_FILES = ("vocab.json", "merges.txt")

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
    folder = _cached_gpt2()
    if folder is None:
        raise CheckpointError(
            f'"{source.place}" has no tokenizer, and the Hub\'s cache holds none for it',
            f"run `hf download {_REPOSITORIES[0]} {' '.join(_FILES)}` once, or give --tokenizer",
        )
    return read_release_vocab(folder, size, white_space=white_space)


def _is_plain_gpt2(vocab: Vocab) -> bool:
    return vocab.end_of_text == _GPT2_END and not vocab.has_white_space


def _cached_gpt2() -> Path | None:
    """Return a folder of the Hub's cache that holds GPT-2's files."""
    found = (cached_files(repository, _FILES) for repository in _REPOSITORIES)
    return next((folder for folder in found if folder is not None), None)
