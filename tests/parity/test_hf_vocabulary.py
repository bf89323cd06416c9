"""Tokens and their bytes from Hugging Face tokenizers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint, write_tokenizer
from hf import converted, transformers
from texts import fuzzed
from tokenizers import Tokenizer, decoders, models, pre_tokenizers

from codegen_cli.engine.hf.vocabulary import HFVocabulary
from codegen_cli.engine.model import Model
from codegen_cli.engine.vocabulary import TextStream
from codegen_cli.errors import ModelError
from codegen_cli.settings import EngineSettings

END = "<|endoftext|>"


def open_vocabulary(folder: Path) -> HFVocabulary:
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return HFVocabulary(tokenizer, {tokenizer.eos_token_id}, 400)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    size = {"n_layer": 1, "n_embd": 16, "n_head": 4, "rotary_dim": 4, "vocab_size": 400}
    return write_checkpoint(folder, **size, seed=0)


def streamed(vocabulary: HFVocabulary, tokens: list[int]) -> str:
    stream = TextStream(vocabulary)
    return "".join(map(stream.feed, tokens)) + stream.finish()


def test_pieces_put_together_are_the_text(folder: Path) -> None:
    vocabulary = open_vocabulary(folder)
    for text in fuzzed(1000, seed=5):
        assert streamed(vocabulary, vocabulary.tokenize(text)) == text


def test_tokens_are_those_of_our_gguf_vocabulary(folder: Path, tmp_path: Path) -> None:
    vocabulary = open_vocabulary(folder)
    model = Model(converted(folder, tmp_path / "m.gguf"), EngineSettings(gpu_layers="0"), 1)
    try:
        for text in [*fuzzed(1000, seed=6), f"a{END}b", END]:
            tokens = vocabulary.tokenize(text)
            assert tokens == model.vocabulary.tokenize(text)
            assert list(map(vocabulary.piece, tokens)) == list(map(model.vocabulary.piece, tokens))
    finally:
        model.close()


def test_a_control_token_that_is_spelled_out_stays_text(folder: Path) -> None:
    vocabulary = open_vocabulary(folder)
    tokens = vocabulary.tokenize(f"a{END}b")
    assert not any(map(vocabulary.is_end, tokens))
    assert streamed(vocabulary, tokens) == f"a{END}b"


def test_half_a_surrogate_pair_does_not_stop_anything(folder: Path) -> None:
    vocabulary = open_vocabulary(folder)
    assert streamed(vocabulary, vocabulary.tokenize("a\udc80b")) == "a?b"


def test_ids_beyond_the_tokenizer_have_no_text(tmp_path: Path) -> None:
    write_tokenizer(tmp_path, 400)
    (tmp_path / "config.json").write_text('{"model_type": "codegen"}')
    assert open_vocabulary(tmp_path).piece(5000) == b""


def wrapped(tokenizer: Tokenizer, **special: str) -> Any:
    return transformers.PreTrainedTokenizerFast(tokenizer_object=tokenizer, **special)


def test_sentence_piece_spelling_and_its_first_token() -> None:
    tokens = ["<s>", "</s>", "<unk>", "▁", "▁a", "a", "<0xC3>", "<0xA9>"]
    model = models.BPE(
        {t: i for i, t in enumerate(tokens)}, [("▁", "a")], unk_token="<unk>", byte_fallback=True
    )
    backend = Tokenizer(model)
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=False)
    backend.decoder = decoders.Sequence(
        [decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()]
    )
    vocabulary = HFVocabulary(wrapped(backend, bos_token="<s>", eos_token="</s>"), {1}, 8)
    assert vocabulary.tokenize("a aé") == [5, 4, 6, 7]
    assert streamed(vocabulary, [5, 4, 6, 7]) == "a aé"
    assert (vocabulary.prompt(""), vocabulary.is_end(1)) == ([1], True)


def test_another_kind_of_tokenizer_is_refused() -> None:
    backend = Tokenizer(models.WordLevel({"a": 0}, unk_token="a"))
    with pytest.raises(ModelError, match="neither byte-level BPE nor SentencePiece"):
        HFVocabulary(wrapped(backend), set(), 1)
