"""Gaps: the tokens that ask for them, the one that ends them, and what users cannot write."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from checkpoints import write_checkpoint

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.base import Prompt
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.errors import ContextFull, UsageError
from codegen_cli.program import NoStop
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

ADDED = {"<mask_1>": 505, "<mask_2>": 506, "<sep>": 507, "<eom>": 508, "  ": 509}


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Convert a CodeGen2-shaped checkpoint whose files do not mark the tokens as special."""
    folder = write_checkpoint(
        tmp_path_factory.mktemp("gaps") / "codegen2-tiny",
        n_layer=2,
        n_embd=64,
        n_head=8,
        rotary_dim=4,
        vocab_size=512,
        seed=7,
    )
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "head_dim": 8}))
    (folder / "added_tokens.json").write_text(json.dumps(ADDED))
    output = folder / "model.gguf"
    convert(folder, output, ConvertOptions("F16"), lambda *_: None)
    return output


@pytest.fixture(scope="module")
def engine(model: Path) -> Iterator[LlamaEngine]:
    with LlamaEngine(model, EngineSettings(gpu_layers="0", threads=1)) as engine:
        yield engine


def test_a_gap_is_asked_for_with_the_tokens_of_the_model_card(engine: LlamaEngine) -> None:
    words = engine.vocabulary
    assert words.gap("def f", "return") == [
        *words.tokenize("def f"),
        ADDED["<mask_1>"],
        *words.tokenize("return"),
        words.end_of_text,
        ADDED["<sep>"],
        ADDED["<mask_1>"],
    ]


def test_no_text_of_a_user_becomes_such_a_token(engine: LlamaEngine) -> None:
    text = "x <mask_1> <sep> <eom>"
    tokens = engine.vocabulary.tokenize(text)
    assert not {505, 506, 507, 508} & set(tokens)
    assert engine.vocabulary.detokenize(tokens) == text
    assert ADDED["  "] in engine.vocabulary.tokenize("a  b")


def test_the_end_of_a_gap_ends_the_answer(engine: LlamaEngine, model: Path) -> None:
    assert read_gguf(model).metadata["tokenizer.ggml.eot_token_id"] == ADDED["<eom>"]
    assert engine.vocabulary.is_end(ADDED["<eom>"])
    assert not engine.vocabulary.is_end(ADDED["<sep>"])


def test_an_engine_evaluates_both_sides(engine: LlamaEngine) -> None:
    asked = Prompt("def f(n):", Sampling(max_tokens=4), NoStop(), "    return m")
    answer = [item for _, item in engine.generate_many([asked])][-1]
    assert isinstance(answer, Completion)
    assert answer.prompt_tokens == len(engine.vocabulary.gap(asked.text, "    return m"))
    with pytest.raises(ContextFull):
        list(engine.generate_many([Prompt("a ", Sampling(), NoStop(), "b " * 3000)]))


def test_a_model_without_such_tokens_says_so() -> None:
    settings = EngineSettings(gpu_layers="0", threads=1)
    with (
        LlamaEngine(find_model("nano"), settings) as nano,
        pytest.raises(UsageError, match="fills no gaps"),
    ):
        nano.vocabulary.gap("a", "b")
