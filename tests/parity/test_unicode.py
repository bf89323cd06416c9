"""How both tokenizers class every character of Unicode: letter, number, space or other."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from hf import converted, transformers
from unicode16 import NEWER, RANGES

from codegen_cli.convert.bpe import byte_spelling
from codegen_cli.engine.model import Model
from codegen_cli.settings import EngineSettings

Tokenize = Callable[[str], list[int]]

#: One probe a class: a merge joins it to the first byte of what follows within a word.
_PROBES = {"a": "letter", "1": "number", "!": "other"}


def write_probe_tokenizer(folder: Path) -> None:
    """Write merges of each probe with each first byte: a missing merge shows the end of a word."""
    spelled = byte_spelling()
    first_bytes = [*range(0x80), *range(0xC2, 0xF5)]
    merges = [(probe, spelled[byte]) for probe in _PROBES for byte in first_bytes]
    tokens = [*spelled.values(), *(a + b for a, b in merges), "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    lines = "".join(f"{a} {b}\n" for a, b in merges)
    (folder / "merges.txt").write_text(f"#version: 0.2\n{lines}", encoding="utf-8")
    (folder / "added_tokens.json").write_text("{}")


@pytest.fixture(scope="module")
def tokenizers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Tokenize, Tokenize]]:
    folder = tmp_path_factory.mktemp("probe")
    size = {"n_layer": 1, "n_embd": 16, "n_head": 4, "rotary_dim": 4, "vocab_size": 1024}
    write_checkpoint(folder, **size, seed=0)
    write_probe_tokenizer(folder)
    model = Model(converted(folder, folder / "m.gguf"), EngineSettings(gpu_layers="0"), 1)
    theirs = transformers.CodeGenTokenizer.from_pretrained(folder)
    yield model.vocabulary.tokenize, lambda text: list(theirs(text)["input_ids"])
    model.close()


def class_of(tokenize: Tokenize, character: str) -> str:
    size = len(character.encode())
    found = [name for probe, name in _PROBES.items() if len(tokenize(probe + character)) == size]
    return found[0] if found else "space"


def differing(points: list[int], ours: Tokenize, theirs: Tokenize) -> list[int]:
    """Return the code points that a word is split around differently, by bisection."""
    text = "".join(f"a{c}1{c}!{c}x" for c in map(chr, points))
    if ours(text) == theirs(text):
        return []
    if len(points) == 1:
        return points
    half = len(points) // 2
    return [p for part in (points[:half], points[half:]) for p in differing(part, ours, theirs)]


def test_only_the_newest_letters_and_numbers_are_classed_differently(
    tokenizers: tuple[Tokenize, Tokenize],
) -> None:
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    found: list[int] = []
    for start in range(0, len(points), 512):
        found += differing(points[start : start + 512], *tokenizers)
    # Another set means another Unicode version on one side: update unicode16.py and docs/parity.md.
    assert set(found) == NEWER


def test_the_classes_of_known_characters(tokenizers: tuple[Tokenize, Tokenize]) -> None:
    known = {"z": "letter", "é": "letter", "数": "letter", "٣": "number", "²": "number"}
    known |= {"🙂": "other", "\u0301": "other", "_": "other", "\0": "other", "\x1c": "other"}
    known |= {"\u3000": "space", "\x85": "space", "\u200b": "other", "\ue000": "other"}
    for tokenize in tokenizers:
        assert {c: class_of(tokenize, c) for c in known} == known


def test_the_newest_characters_are_other_for_llama_cpp(
    tokenizers: tuple[Tokenize, Tokenize],
) -> None:
    ours, theirs = tokenizers
    for first, last, name in RANGES:
        for point in {first, last}:
            assert (class_of(ours, chr(point)), class_of(theirs, chr(point))) == ("other", name)
