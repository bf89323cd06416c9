"""CodeGen2.5's checkpoints: which are taken, which are refused, and their vocabulary."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from gguf import TokenType
from llama_checkpoint import MERGES, TOKENS, base_tokens, small_vocabulary, write_llama

from codegen_cli.convert import bpe
from codegen_cli.convert.codegen25 import lay_out, run_merges
from codegen_cli.convert.config import read_config
from codegen_cli.convert.source import open_source
from codegen_cli.convert.tokenizer import codegen25_vocab, find_vocab
from codegen_cli.convert.vocab import read_codegen25_vocab
from codegen_cli.errors import CheckpointError


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    small_vocabulary(monkeypatch)
    return write_llama(tmp_path / "m")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"vocab_size": 32000}, "a LLaMA model of 32000 tokens, not CodeGen2.5"),
        ({"vocab_size": None}, "vocab_size is null"),
        ({"hidden_act": "gelu"}, 'hidden_act is "gelu", CodeGen2.5 has "silu"'),
        ({"num_key_value_heads": 2}, "num_key_value_heads is 2, CodeGen2.5 has 4"),
        ({"head_dim": 32}, "head_dim is 32, CodeGen2.5 has 16"),
        ({"attention_bias": True}, "attention_bias is true"),
        ({"mlp_bias": True}, "mlp_bias is true"),
        ({"rope_scaling": {"type": "linear", "factor": 2}}, "rope_scaling is"),
        ({"rope_parameters": {"rope_type": "yarn"}}, "rope_parameters is"),
        ({"rope_parameters": [1]}, "rope_parameters is [1]"),
        ({"rope_theta": "NaN"}, 'rope_theta is "NaN"'),
        ({"rms_norm_eps": -1.0}, "rms_norm_eps is -1.0"),
        ({"num_hidden_layers": 10**9}, "n_layer is 1000000000, more than 136"),
        ({"intermediate_size": 10**9}, "n_inner is 1000000000"),
        ({"max_position_embeddings": 10**9}, "n_positions is 1000000000"),
        ({"hidden_size": 66}, "n_embd 66 is not a multiple of n_head 4"),
        ({"num_attention_heads": 0}, "num_attention_heads is 0"),
    ],
)
def test_other_llamas_are_refused_in_a_line(
    folder: Path, changes: dict[str, Any], words: str
) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))
    with pytest.raises(CheckpointError) as caught:
        read_config(folder)
    assert words in caught.value.message and caught.value.hint
    assert str(caught.value).isprintable()


def test_a_real_vocabulary_is_asked_of_every_other_checkpoint(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="of 384 tokens"):
        read_config(write_llama(tmp_path / "m"))


def test_a_sentencepiece_tokenizer_is_another_models(folder: Path) -> None:
    (folder / "tokenizer.model").write_bytes(b"\n\x0e")
    with pytest.raises(CheckpointError, match="SentencePiece"):
        codegen25_vocab(folder, read_config(folder))


def test_the_tokenizer_beside_the_weights_is_extended(folder: Path) -> None:
    with open_source(folder, lambda *_: None) as source:
        vocab = find_vocab(source, None, "Multi")
    assert vocab.has_white_space and len(vocab.tokens) == TOKENS
    assert vocab.end_of_infill == vocab.tokens.index("<eom>")
    assert vocab.tokens[-1] == "<mask_1>" and vocab.types[-1] is TokenType.CONTROL
    assert vocab.types[vocab.tokens.index("ĠĠ")] is TokenType.NORMAL
    assert vocab.merges[: len(MERGES)] == MERGES


def test_ids_are_the_published_ones() -> None:
    """With a base of GPT-2's size; the four were checked against the published tokenizer's ids."""
    base = {f"t{i}": i for i in range(50256)} | {"<|endoftext|>": 50256}
    tokens, types = lay_out(base, 51200)
    known = {"<fim_prefix>": 50295, "<sep>": 50317, "<eom>": 50318, "<mask_1>": 51199}
    assert {token: tokens.index(token) for token in known} == known
    assert tokens[50257] == "Ġ" * 31 and tokens[50286] == "ĠĠ" and tokens[50294] == "ĉĉ"
    assert types.count(TokenType.CONTROL) == 1 + 18 + 4 + 2 + 881
    assert len(set(tokens)) == 51200


def test_runs_grow_from_the_left(folder: Path) -> None:
    vocab = read_codegen25_vocab(folder, TOKENS)
    for blank in (" ", "\t"):
        longest = {" ": 31, "\t": 9}[blank]
        for count in (1, 2, longest, longest + 1, 2 * longest, 2 * longest + 3):
            found = [vocab.tokens[i] for i in bpe.encode("\n" + blank * count, vocab)[1:]]
            whole, rest = divmod(count, longest)
            assert list(map(len, found)) == [longest] * whole + [rest] * (rest > 0)
    assert len(run_merges()) == 30 + 8


@pytest.mark.parametrize(
    ("added", "words"), [({"<mask_1>": 300}, "'<mask_1>' at 300"), ({"<pad>": 383}, "'<pad>'")]
)
def test_other_added_tokens_are_refused(folder: Path, added: dict[str, int], words: str) -> None:
    (folder / "added_tokens.json").write_text(json.dumps(added))
    with pytest.raises(CheckpointError) as caught:
        read_codegen25_vocab(folder, TOKENS)
    assert words in caught.value.message


def test_a_vocabulary_that_is_not_gpt2s_is_refused(folder: Path) -> None:
    for words in (
        {**base_tokens(), "more": 269},
        {**base_tokens(), "<|endoftext|>": 400},
        {f"{i}": i for i in range(TOKENS)},
    ):
        (folder / "vocab.json").write_text(json.dumps(words))
        with pytest.raises(CheckpointError, match=r"not GPT-2|vocab"):
            read_codegen25_vocab(folder, TOKENS)
