"""Token ids of the engine against transformers' CodeGenTokenizer on 10,000 odd texts."""

from __future__ import annotations

import random
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from hf import converted, transformers
from texts import fuzzed
from unicode16 import NEWER

from codegen_cli.convert.bpe import encode
from codegen_cli.convert.vocab import Vocab, read_vocab
from codegen_cli.engine.model import Model
from codegen_cli.engine.vocabulary import Vocabulary
from codegen_cli.settings import EngineSettings

COUNT = 10_000
END = "<|endoftext|>"


@dataclass(frozen=True)
class Tokenizers:
    """One vocabulary in the engine, in transformers, and as the converter reads it."""

    ours: Vocabulary
    theirs: Any
    read: Vocab


def open_tokenizers(folder: Path, work: Path, vocab_size: int) -> Iterator[Tokenizers]:
    size = {"n_layer": 1, "n_embd": 16, "n_head": 4, "rotary_dim": 4, "vocab_size": vocab_size}
    write_checkpoint(work / "weights", **size, seed=0)
    path = converted(work / "weights", work / "m.gguf", tokenizer=folder)
    model = Model(path, EngineSettings(gpu_layers="0"), 1)
    theirs = transformers.CodeGenTokenizer.from_pretrained(folder)
    yield Tokenizers(model.vocabulary, theirs, read_vocab(folder, vocab_size))
    model.close()


@pytest.fixture(scope="module", params=["gpt2_tokenizer", "nano", "small"])
def tokenizers(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Tokenizers]:
    work = tmp_path_factory.mktemp(request.param)
    if request.param == "small":
        size = {"n_layer": 1, "n_embd": 16, "n_head": 4, "rotary_dim": 4, "vocab_size": 512}
        folder = write_checkpoint(work / "small", **size, seed=0)
    else:
        folder = request.getfixturevalue(request.param)
    yield from open_tokenizers(folder, work, 51200 if request.param == "gpt2_tokenizer" else 1088)


def first_difference(texts: list[str], ours: list[list[int]], theirs: list[list[int]]) -> str:
    rows = zip(texts, ours, theirs, strict=True)
    return next((f"{text!r}: {a} is not {b}" for text, a, b in rows if a != b), "")


def test_the_same_ids_on_fuzzed_texts(tokenizers: Tokenizers) -> None:
    texts = fuzzed(COUNT, seed=1)
    ours = [tokenizers.ours.tokenize(text) for text in texts]
    theirs = tokenizers.theirs(texts)["input_ids"]
    assert not first_difference(texts, ours, theirs)


def test_the_way_back_gives_the_text(tokenizers: Tokenizers) -> None:
    for text in fuzzed(COUNT // 10, seed=2):
        assert tokenizers.ours.detokenize(tokenizers.ours.tokenize(text)) == text


def test_the_newest_characters_come_back_too(tokenizers: Tokenizers) -> None:
    points = sorted(NEWER)
    for start in range(0, len(points), 100):
        text = " a1".join(map(chr, points[start : start + 100]))
        assert tokenizers.ours.detokenize(tokenizers.ours.tokenize(text)) == text


def test_exact_control_tokens(tokenizers: Tokenizers) -> None:
    rng, pieces = random.Random(3), fuzzed(2000, seed=3)
    texts = [END.join(rng.sample(pieces, rng.randint(2, 4))) for _ in range(1000)]
    control = [tokenizers.ours.tokenize(text, control_tokens=True) for text in texts]
    assert not first_difference(texts, control, tokenizers.theirs(texts)["input_ids"])
    assert all(tokenizers.ours.end_of_text in tokens for tokens in control)
    plain = [tokenizers.ours.tokenize(text) for text in texts]
    assert not any(tokenizers.ours.end_of_text in tokens for tokens in plain)
    assert [tokenizers.ours.detokenize(tokens) for tokens in plain] == texts


def test_the_reference_tokenizer_of_the_converter(tokenizers: Tokenizers) -> None:
    # Python's own Unicode tables decide in it: leave out what they do not know.
    texts = [
        "".join(c for c in text if unicodedata.category(c) != "Cn") for text in fuzzed(300, seed=4)
    ]
    ours = [encode(text, tokenizers.read) for text in texts]
    assert not first_difference(texts, ours, tokenizers.theirs(texts)["input_ids"])


def test_the_texts_are_as_odd_as_they_should_be() -> None:
    joined = "".join(texts := fuzzed(COUNT, seed=1))
    assert len(set(texts)) > 0.95 * COUNT
    for expected in (" " * 100, "\t" * 30, "\r\n", "\0", "<|endoftext", "👩‍💻", "\u0301", "\x1f"):
        assert expected in joined
    assert END not in joined or all(END not in text for text in texts)
    assert not NEWER & set(map(ord, joined))
    assert {unicodedata.category(c) for c in joined} >= {"Lo", "Nd", "No", "Mn", "Zs", "Cc", "Cf"}
