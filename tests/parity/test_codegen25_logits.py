"""CodeGen2.5 against transformers' LlamaForCausalLM and tiktoken."""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Any

import hf
import numpy as np
import pytest
from llama_checkpoint import small_vocabulary, write_llama

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.config import read_config
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.reference import reference_logits
from codegen_cli.convert.vocab import byte_spelling
from codegen_cli.engine.model import Model
from codegen_cli.settings import EngineSettings

#: What GPT-2 splits texts by (tiktoken `openai_public.py`).
PATTERN = r"'s|'t|'re|'ve|'m|'ll|'d| ?\p{L}+| ?\p{N}+| ?[^\s\p{L}\p{N}]+|\s+(?!\S)|\s+"

SHAPES: dict[str, dict[str, Any]] = {
    "small": {"n_layer": 3, "n_embd": 128, "n_head": 4, "n_inner": 352},
    "wide heads": {"n_layer": 2, "n_embd": 256, "n_head": 2, "n_inner": 512},
    "another base": {"rope_theta": 1e6},
    "tied, bf16": {"n_layer": 2, "n_embd": 128, "n_head": 4, "tie": True, "dtype": "BF16"},
}


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    small_vocabulary(monkeypatch)


@pytest.mark.parametrize("shape", SHAPES)
def test_logits_are_those_of_transformers(tmp_path: Path, shape: str) -> None:
    folder = write_llama(tmp_path / "codegen25", **SHAPES[shape])
    tokens = hf.random_tokens(200, 300)
    expected = hf.logits(hf.load(folder), tokens)
    exact = hf.our_logits(hf.converted(folder, tmp_path / "m.gguf"), tokens, exact=True)
    found = hf.distance(expected, exact)
    assert found.max < 2e-4 and found.kl < 1e-8 and found.argmax == 1
    with open_checkpoint(folder) as checkpoint:
        reference = reference_logits(read_config(folder), checkpoint, tokens)
    assert np.abs(reference - expected).max() < 1e-4


@pytest.mark.parametrize(("file_type", "kl"), [("Q8_0", 2e-3), ("Q6_K", 0.02), ("Q4_K_M", 0.15)])
def test_quantized_files_stay_near(tmp_path: Path, file_type: str, kl: float) -> None:
    folder = write_llama(tmp_path / "m", n_layer=4, n_embd=256, n_head=4, n_inner=512)
    tokens = hf.random_tokens(200, 300)
    expected = hf.logits(hf.load(folder), tokens)
    path = hf.converted(folder, tmp_path / "m.gguf", file_type)
    found = hf.distance(expected, hf.our_logits(path, tokens))
    assert found.kl < kl


def tiktoken_of(tokenizer: Path) -> Any:
    """Build the encoding as CodeGen2.5's tokenizer does: GPT-2's ranks, then runs of blanks."""
    tiktoken = pytest.importorskip("tiktoken")
    spelled = {character: byte for byte, character in byte_spelling().items()}
    words = json.loads((tokenizer / "vocab.json").read_text())
    end = words.pop("<|endoftext|>")
    ranks = {bytes(spelled[c] for c in token): rank for token, rank in words.items()}
    for blank, longest in ((b" ", 31), (b"\t", 9)):
        for count in range(longest, 1, -1):
            ranks[blank * count] = len(ranks) + 1
    special = {"<|endoftext|>": end}
    return tiktoken.Encoding("25", pat_str=PATTERN, mergeable_ranks=ranks, special_tokens=special)


#: What is hard for it: runs beside the longest one, mixed white space, several bytes a character.
PARTS = (
    *(" " * n for n in (1, 2, 3, 30, 31, 32, 33, 61, 62, 63, 64)),
    *("\t" * n for n in (1, 2, 9, 10, 18, 19)),
    *("\n", "\r\n", "\x0b", "\x85", "\u00a0", "\u3000", "a", "def", "0", "#", "'s", "é", "数"),
    *("🙂", "_", "x1", "<|endoftext|>", "<mask_1>", "<eom>"),
)


def test_tokens_are_those_of_tiktoken(
    tmp_path: Path, gpt2_tokenizer: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    encoding = tiktoken_of(gpt2_tokenizer)
    small_vocabulary(monkeypatch, 51200)
    folder = write_llama(tmp_path / "m", n_layer=1, n_embd=32, n_head=2, vocab_size=51200)
    path = tmp_path / "m.gguf"
    options = ConvertOptions("F16", tokenizer=gpt2_tokenizer)
    convert(folder, path, options, lambda *_: None)
    model = Model(path, EngineSettings(gpu_layers="0"), 1, repack=False)
    pick = random.Random(25)
    try:
        for _ in range(3000):
            words = (pick.choice(PARTS) * pick.choice((1, 1, 1, 2, 5)) for _ in range(12))
            text = "".join(words)
            assert model.vocabulary.tokenize(text) == encoding.encode_ordinary(text), repr(text)
        # Ids of the published tokenizer (`<mask_1>` and so on as control tokens).
        asked = "prefix<mask_1>suffix<|endoftext|><sep><mask_1>"
        found = model.vocabulary.tokenize(asked, control_tokens=True)
        assert found == [40290, 51199, 37333, 844, 50256, 50317, 51199]
        assert model.vocabulary.gap("prefix", "suffix") == found
        asked = "<fim_prefix>abc<fim_suffix>xyz<fim_middle>"
        found = model.vocabulary.tokenize(asked, control_tokens=True)
        assert found == [50295, 39305, 50297, 5431, 89, 50296]
        assert model.vocabulary.is_end(50318)
    finally:
        model.close()
