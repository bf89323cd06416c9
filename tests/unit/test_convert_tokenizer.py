"""Where the vocabulary of a checkpoint comes from; the Hub's cache is one made by hand."""

from __future__ import annotations

import json
import shutil
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from checkpoints import shared, write_checkpoint, write_tokenizer
from gguf import TokenType

from codegen_cli.convert.source import Source, open_source
from codegen_cli.convert.tokenizer import find_vocab
from codegen_cli.convert.vocab import WHITE_SPACE
from codegen_cli.errors import CheckpointError

TOKENIZER_FILES = ("vocab.json", "merges.txt", "added_tokens.json", "tokenizer_config.json")


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the Hub's client an empty cache, and let no one reach the network."""
    from huggingface_hub import constants

    folder = tmp_path / "hub"
    monkeypatch.setattr(constants, "HF_HUB_CACHE", str(folder))
    monkeypatch.setattr(socket, "create_connection", _refuse)
    monkeypatch.setattr(socket.socket, "connect", _refuse)
    return folder


def _refuse(*_: object, **__: object) -> None:
    raise AssertionError("the network was asked")


def fill(cache: Path, repository: str, files: dict[str, str]) -> Path:
    """Put files into the cache as the Hub's client lays them out; return their folder."""
    home = cache / f"models--{repository.replace('/', '--')}"
    snapshot = home / "snapshots" / "0123456789abcdef0123456789abcdef01234567"
    snapshot.mkdir(parents=True)
    (home / "refs").mkdir()
    (home / "refs" / "main").write_text(snapshot.name)
    for name, text in files.items():
        (snapshot / name).write_text(text, encoding="utf-8")
    return snapshot


def gpt2_like(size: int = 50257) -> dict[str, str]:
    """Return files of a vocabulary of GPT-2's size, its end of text last, without real words."""
    from codegen_cli.convert.vocab import byte_spelling

    tokens = [*byte_spelling().values()]
    tokens += [f"Ġ{i}" for i in range(size - 257)] + ["<|endoftext|>"]
    vocab = json.dumps({token: i for i, token in enumerate(tokens)})
    return {"vocab.json": vocab, "merges.txt": "#version: 0.2\nĠ 1\n"}


@contextmanager
def opened(folder: Path, *, tokenizer: bool = False) -> Iterator[Source]:
    write_checkpoint(folder, n_layer=1, n_embd=8, n_head=4, rotary_dim=2, vocab_size=51200, seed=1)
    for name in () if tokenizer else (*TOKENIZER_FILES, "special_tokens_map.json"):
        (folder / name).unlink()
    with open_source(folder, lambda *_: None) as source:
        yield source


@pytest.mark.parametrize("repository", ["Salesforce/codegen-350M-mono", "gpt2"])
@pytest.mark.parametrize("family", ["Mono", "Multi", "NL"])
def test_a_release_takes_gpt2_from_the_cache(
    tmp_path: Path, cache: Path, repository: str, family: str
) -> None:
    # The cached repository's own added tokens are not those of the release's script.
    added = {"added_tokens.json": json.dumps({"<extra>": 50257})}
    folder = fill(cache, repository, gpt2_like() | added)
    with opened(tmp_path / "release") as source:
        vocab = find_vocab(source, None, family)
    assert vocab.folder == folder and vocab.files == (folder / "vocab.json", folder / "merges.txt")
    assert len(vocab.tokens) == 51200 and vocab.end_of_text == 50256
    assert "<extra>" not in vocab.tokens
    if family == "NL":
        assert vocab.types[50257] == TokenType.UNUSED
    else:
        assert vocab.tokens[50257] == " " * 31 and vocab.tokens[50294] == "\t\t"
        assert set(vocab.types[50257:50295]) == {TokenType.USER_DEFINED}


def test_the_added_runs_are_those_of_the_published_tokenizer() -> None:
    published = shared("data/gpt2_tokenizer")
    if published is None:
        pytest.skip("the optional folder shared/data/gpt2_tokenizer is absent")
    added = json.loads((published / "added_tokens.json").read_text())
    assert added == {token: 50257 + i for i, token in enumerate(WHITE_SPACE)}


def test_half_a_repository_in_the_cache_is_not_taken(tmp_path: Path, cache: Path) -> None:
    fill(cache, "Salesforce/codegen-350M-mono", {"vocab.json": "{}"})
    folder = fill(cache, "Salesforce/codegen-16B-nl", gpt2_like())
    with opened(tmp_path / "release") as source:
        assert find_vocab(source, None, "Mono").folder == folder


def test_without_one_the_advice_is_complete(tmp_path: Path) -> None:
    with opened(tmp_path / "release") as source:
        with pytest.raises(CheckpointError, match="says no family.*--family"):
            find_vocab(source, None, "unknown")
        with pytest.raises(CheckpointError) as caught:
            find_vocab(source, None, "Mono")
    assert "hf download Salesforce/codegen-350M-mono vocab.json merges.txt" in str(caught.value)


def test_its_own_tokenizer_comes_first(tmp_path: Path, cache: Path) -> None:
    fill(cache, "gpt2", gpt2_like())
    with opened(tmp_path / "own", tokenizer=True) as source:
        assert find_vocab(source, None, "Mono").folder == tmp_path / "own"


@pytest.mark.parametrize(("family", "token"), [("Mono", " " * 31), ("NL", "<|unused_50257|>")])
def test_a_given_gpt2_becomes_the_family_s(tmp_path: Path, family: str, token: str) -> None:
    given = tmp_path / "gpt2"
    given.mkdir()
    for name, text in gpt2_like().items():
        (given / name).write_text(text, encoding="utf-8")
    with opened(tmp_path / "release") as source:
        assert find_vocab(source, given, family).tokens[50257] == token
    shutil.rmtree(tmp_path / "release")
    with opened(tmp_path / "release", tokenizer=True) as source:
        assert find_vocab(source, given, family).tokens[50257] == "<|unused_50257|>"


def test_a_given_tokenizer_of_another_kind_is_taken_as_it_is(tmp_path: Path) -> None:
    given = tmp_path / "small"
    given.mkdir()
    write_tokenizer(given, 512)
    (given / "added_tokens.json").write_text('{"<mine>": 600}')
    with opened(tmp_path / "release") as source:
        vocab = find_vocab(source, given, "Mono")
    assert vocab.tokens[600] == "<mine>" and not vocab.has_white_space
