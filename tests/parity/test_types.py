"""How far each type is from transformers: measured, doubled and rounded up (docs/parity.md)."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from checkpoints import PROGRAM, write_checkpoint
from hf import F32, TableGELU, converted, distance, load, logits, our_logits, random_tokens

from codegen_cli.convert.bpe import encode
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.convert.vocab import read_vocab

#: Mean KL (nats) and equal argmax on the trained checkpoint; mean KL on random weights, where
#: argmax means nothing: the best of 512 random logits is a close race.
BOUNDS: dict[str, tuple[float, float, float]] = {
    "F32": (1e-6, 0.99, 1e-6),
    "F16": (1e-6, 0.99, 2e-6),
    "BF16": (2e-5, 0.98, 1e-4),
    "Q8_0": (5e-4, 0.98, 1e-3),
    "Q6_K": (3e-3, 0.96, 6e-3),
    "Q5_K_M": (4e-3, 0.96, 0.02),
    "Q5_K_S": (5e-3, 0.96, 0.02),
    "Q5_0": (5e-3, 0.96, 0.03),
    "Q4_K_M": (8e-3, 0.95, 0.06),
    "Q4_K_S": (8e-3, 0.94, 0.06),
    "Q4_0": (0.025, 0.94, 0.1),
    "IQ4_NL": (0.02, 0.94, 0.1),
    "Q3_K_M": (0.025, 0.92, 0.15),
    "Q2_K": (0.1, 0.88, 0.4),
}


@dataclass(frozen=True)
class Case:
    """A checkpoint, a text, and what transformers computes for it."""

    folder: Path
    model: Any
    tokens: list[int]
    expected: F32


@pytest.fixture(scope="module")
def trained(nano: Path) -> Case:
    model = load(nano)
    tokens = encode(PROGRAM, read_vocab(nano, model.config.vocab_size))
    return Case(nano, model, tokens, logits(model, tokens))


@pytest.fixture(scope="module")
def untrained(tmp_path_factory: pytest.TempPathFactory) -> Case:
    shape = {"n_layer": 4, "n_embd": 512, "n_head": 8, "rotary_dim": 32, "vocab_size": 512}
    folder = write_checkpoint(tmp_path_factory.mktemp("untrained"), **shape, seed=1)
    model, tokens = load(folder), random_tokens(64, 512)
    return Case(folder, model, tokens, logits(model, tokens))


def test_every_type_has_bounds() -> None:
    assert BOUNDS.keys() == FILE_TYPES.keys()


@pytest.mark.parametrize("file_type", BOUNDS)
def test_each_type_on_trained_weights(tmp_path: Path, trained: Case, file_type: str) -> None:
    path = converted(trained.folder, tmp_path / "m.gguf", file_type)
    measured = distance(trained.expected, our_logits(path, trained.tokens))
    kl, argmax, _ = BOUNDS[file_type]
    assert measured.kl <= kl
    assert measured.argmax >= argmax


@pytest.mark.parametrize("file_type", BOUNDS)
def test_each_type_on_random_weights(tmp_path: Path, untrained: Case, file_type: str) -> None:
    path = converted(untrained.folder, tmp_path / "m.gguf", file_type)
    measured = distance(untrained.expected, our_logits(path, untrained.tokens))
    assert measured.kl <= BOUNDS[file_type][2]


def test_float32_of_the_trained_checkpoint_up_to_the_end_of_its_context(
    tmp_path: Path, nano: Path, trained: Case
) -> None:
    path = converted(nano, tmp_path / "m.gguf")
    tokens = (trained.tokens * 9)[:2048]
    expected = logits(trained.model, tokens)
    engine, exact = (
        distance(expected, our_logits(path, tokens, exact=exact)) for exact in (False, True)
    )
    # Its logits have a spread of 3.5: differences are as many times larger than on random weights.
    assert engine.max <= 0.05 and engine.kl <= 2e-6 and engine.argmax >= 0.99
    assert exact.max <= 0.02 and exact.kl <= 1e-6 and exact.argmax >= 0.995


def test_float32_of_the_trained_checkpoint_with_the_gelu_table(
    tmp_path: Path, nano: Path, trained: Case
) -> None:
    model = load(nano)
    for block in model.transformer.h:
        block.mlp.act = TableGELU()
    path = converted(nano, tmp_path / "m.gguf")
    measured = distance(logits(model, trained.tokens), our_logits(path, trained.tokens, exact=True))
    assert measured.max <= 5e-3 and measured.kl <= 1e-8 and measured.argmax == 1
