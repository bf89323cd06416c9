"""A checkpoint of CodeGen 350M's full shape, from its weights to its first words."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import shared, write_checkpoint
from hf import distance, load, logits, our_logits, random_tokens

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

SHAPE = {"n_layer": 20, "n_embd": 1024, "n_head": 16, "rotary_dim": 32, "vocab_size": 51200}


@pytest.fixture
def folder(tmp_path: Path) -> Iterator[Path]:
    """Yield a folder with 0.7 GB of weights, which does not outlive the test."""
    yield write_checkpoint(tmp_path / "350M", **SHAPE, dtype="F16", seed=0)
    shutil.rmtree(tmp_path, ignore_errors=True)


@pytest.mark.timeout(900)
def test_it_converts_checks_and_generates(folder: Path) -> None:
    path = folder / "m.gguf"
    options = ConvertOptions("Q4_K_M", tokenizer=shared("data/gpt2_tokenizer"), threads=2)
    report = convert(folder, path, options, lambda *_: None)
    assert report.verification is not None and report.verification.positions > 10
    assert 355e6 < report.parameters < 360e6
    assert 200e6 < report.size < 260e6
    assert report.fallbacks == {}
    tokens = random_tokens(16, 50000)
    measured = distance(logits(load(folder), tokens), our_logits(path, tokens))
    assert measured.kl < 0.1
    with LlamaEngine(path, EngineSettings(gpu_layers="0", threads=2)) as engine:
        sampling = Sampling(temperature=1, max_tokens=16)
        *chunks, last = engine.generate(f"{PROGRAM_PREFIX}# Add two numbers.\n", sampling, NoStop())
    assert isinstance(last, Completion)
    assert len(chunks) == 16 and len(set(last.tokens)) > 8
