"""What a CodeGen GGUF file has to be before llama.cpp may see it."""

from __future__ import annotations

from pathlib import Path

import gguf
import pytest
from gguf_changes import (
    Change,
    add,
    add_tensor,
    both,
    drop,
    drop_tensor,
    lengthen,
    many_controls,
    merge,
    put,
    reshape,
    retype,
    token,
    token_type,
)
from rawgguf import good_parts
from tinygguf import write_tiny_gguf

from codegen_cli.engine.gguf import check_codegen, read_gguf
from codegen_cli.errors import InvalidGGUF


def check(folder: Path, change: Change) -> None:
    raw = good_parts()
    change(raw)
    path = folder / "model.gguf"
    path.write_bytes(raw.build())
    check_codegen(read_gguf(path))


INF, NAN = float("inf"), float("nan")

REFUSED: list[tuple[Change, str]] = [
    # another sort of file
    (put("general.architecture", "falcon"), "architecture 'falcon', not CodeGen"),
    # Its keys are those of another architecture.
    (put("general.architecture", "llama"), "has the key 'phi2.context_length'"),
    (put("general.architecture", "\x1b[31m"), r"architecture '\x1b[31m'"),
    (drop("general.architecture"), "names no architecture"),
    (add("general.architecture", "u32", 1), "names no architecture"),
    (put("general.type", "adapter"), "general.type is 'adapter'"),
    (put("general.type", "imatrix"), "general.type is 'imatrix'"),
    (add("general.type", "u32", 1), "general.type is u32"),
    (add("split.count", "u16", 2), "one part of a split model"),
    (add("adapter.type", "str", "lora"), "is an adapter"),
    (add("imatrix.chunk_count", "u32", 2), "is an importance matrix"),
    (put("general.name", "My Phi-3"), "llama.cpp takes it for Phi-3"),
    (put("general.name", "phi3"), "llama.cpp takes it for Phi-3"),
    # keys that change or abort the graph
    *((add(f"phi2.{name}", "u32", 1), f"has the key 'phi2.{name}'") for name in (
        "nextn_predict_layers", "expert_count", "expert_used_count", "attention.key_length",
        "attention.sliding_window", "pooling_type", "embedding_length_out", "made_up")),
    (add("phi2.rope.scaling.type", "str", "no"), "has the key 'phi2.rope.scaling.type'"),
    (add("phi2.attention.causal", "bool", False), "has the key 'phi2.attention.causal'"),
    (add("tokenizer.ggml.scores", "arr", ("f32", [0.0])), "has the key 'tokenizer.ggml.scores'"),
    (add("general.tensor_extra.name", "str", ""), "has the key 'general.tensor_extra.name'"),
    # types
    (add("general.name", "u32", 1), "general.name of type u32, not str"),
    (add("general.file_type", "i32", 1), "general.file_type of type i32, not u32"),
    (add("phi2.block_count", "u64", 1), "phi2.block_count of type u64, not u32"),
    (add("phi2.block_count", "arr", ("u32", [1])), "phi2.block_count of type arr[u32], not u32"),
    (add("phi2.attention.layer_norm_epsilon", "f64", 1e-5), "of type f64, not f32"),
    (add("tokenizer.chat_template", "u32", 1), "tokenizer.chat_template of type u32, not str"),
    (add("tokenizer.ggml.add_bos_token", "u8", 1), "add_bos_token of type u8, not bool"),
    (add("tokenizer.ggml.eos_token_id", "i32", 1), "eos_token_id of type i32, not u32"),
    (add("tokenizer.ggml.tokens", "str", "a"), "tokens of type str, not arr[str]"),
    (add("tokenizer.ggml.tokens", "arr", ("u32", [])), "tokens of type arr[u32], not arr[str]"),
    (add("tokenizer.ggml.token_type", "arr", ("u32", [])), "arr[u32], not arr[i32]"),
    (add("tokenizer.ggml.merges", "arr", ("i8", [])), "arr[i8], not arr[str]"),
    # sizes
    *((drop(name), f"has no {name}") for name in (
        "phi2.context_length", "phi2.embedding_length", "phi2.feed_forward_length",
        "phi2.block_count", "phi2.attention.head_count", "phi2.rope.dimension_count",
        "phi2.attention.layer_norm_epsilon", "tokenizer.ggml.model", "tokenizer.ggml.pre",
        "tokenizer.ggml.tokens", "tokenizer.ggml.token_type", "tokenizer.ggml.merges",
        "tokenizer.ggml.eos_token_id")),
    (put("phi2.context_length", 0), "phi2.context_length 0, not 1 to 8192"),
    (put("phi2.context_length", 8193), "phi2.context_length 8193"),
    (put("phi2.embedding_length", 0), "phi2.embedding_length 0"),
    (put("phi2.embedding_length", 24577), "phi2.embedding_length 24577"),
    (put("phi2.feed_forward_length", 0), "phi2.feed_forward_length 0"),
    (put("phi2.feed_forward_length", 513), "phi2.feed_forward_length 513, not 1 to 512"),
    (put("phi2.block_count", 0), "phi2.block_count 0, not 1 to 136"),
    (put("phi2.block_count", 137), "phi2.block_count 137"),
    (put("phi2.block_count", 2), "lacks 10 tensors, the first is blk.1.attn_norm.weight"),
    (put("phi2.attention.head_count", 0), "phi2.attention.head_count 0, not 1 to 32"),
    (put("phi2.attention.head_count", 33), "phi2.attention.head_count 33"),
    (put("phi2.attention.head_count", 3), "a width of 32, no multiple of 3 heads"),
    (put("phi2.attention.head_count_kv", 1), "phi2.attention.head_count_kv 1, CodeGen has all 2"),
    (put("phi2.rope.dimension_count", 0), "phi2.rope.dimension_count 0, not 1 to 16"),
    (put("phi2.rope.dimension_count", 18), "phi2.rope.dimension_count 18"),
    (put("phi2.rope.dimension_count", 3), "odd phi2.rope.dimension_count 3"),
    *((put("phi2.attention.layer_norm_epsilon", value), "layer_norm_epsilon")
      for value in (0.0, -1e-5, 1.0, INF, NAN)),
    *((add("phi2.rope.freq_base", "f32", value), "phi2.rope.freq_base")
      for value in (0.0, 1.0, -10000.0, INF, NAN)),
    # tensors
    (add_tensor("blk.0.attn_qkv.scale", 1), "'blk.0.attn_qkv.scale', which CodeGen has not"),
    (add_tensor("blk.1.attn_norm.bias", 32), "'blk.1.attn_norm.bias', which CodeGen has not"),
    (add_tensor("blk.00.attn_norm.bias", 32), "'blk.00.attn_norm.bias'"),
    (drop_tensor("output.bias"), "lacks 1 tensors, the first is output.bias"),
    (reshape("blk.0.ffn_up.weight", 64, 32), "shape (64, 32), its sizes say (32, 64)"),
    (reshape("output.bias", 320, 1), "output.bias of shape (320, 1)"),
    (reshape("token_embd.weight", 32, 319), "shape (32, 319), its sizes say (32, 320)"),
    (retype("output.bias", 1), "output.bias of type F16, not F32"),
    (retype("blk.0.attn_norm.weight", 30), "attn_norm.weight of type BF16, not F32"),
    *((retype("output.weight", number), f"type {name}, which is for no weights")
      for number, name in ((9, "Q8_1"), (24, "I8"), (25, "I16"), (26, "I32"), (27, "I64"),
                           (28, "F64"))),
    # the tokenizer
    (put("tokenizer.ggml.model", "llama"), "tokenizer.ggml.model 'llama', not 'gpt2'"),
    (put("tokenizer.ggml.pre", "default"), "tokenizer.ggml.pre 'default', not 'gpt-2'"),
    (add("tokenizer.ggml.add_space_prefix", "bool", True), "add_space_prefix true"),
    (lengthen("tokenizer.ggml.tokens", -64), "has 256 tokens, not 257 to 131072"),
    (lengthen("tokenizer.ggml.tokens", -1), "has 319 tokens, but 320 token types"),
    (lengthen("tokenizer.ggml.tokens", 1), "'<|pad6|>' twice"),
    (add("phi2.vocab_size", "u32", 321), "320 tokens, but phi2.vocab_size 321"),
    (token(5, "+"), "the token '+' twice"),
    (token(319, ""), "broken token 319: ''"),
    (token(319, "a\0"), r"broken token 319: 'a\x00'"),
    (token(319, "\udcff"), r"broken token 319: '\udcff'"),
    (token(319, "a" * 1025), "broken token 319: 'aaaa"),
    (token(273, "a b"), "the token 'a b', which is no byte-level BPE"),
    (token(273, "\u4f60"), "which is no byte-level BPE"),
    (token_type(65, 3), "lacks 1 of the 256 one-byte tokens, the first is 'A'"),
    (both(token(66, "BB"), token_type(66, 5)), "lacks 1 of the 256 one-byte tokens"),
    *((token_type(319, value), f"token 319 of type {value}, not 1 to 5") for value in (0, 6, -1)),
    (many_controls, "has 1025 control and user-defined tokens, more than 1024"),
    *((merge(value), "makes no token") for value in (
        "", "Ġt", " t", "t ", "t  h", "a b c", "Z Z", "Ġthe \u4f60", "a \udcff")),
    *((add(f"tokenizer.ggml.{name}_token_id", "u32", 320), "320, but only 320 tokens")
      for name in ("bos", "eos", "eot", "unknown", "padding")),
    (put("tokenizer.ggml.eos_token_id", 11), "end-of-text token 11 of type 1, not 3"),
    (both(put("tokenizer.ggml.add_bos_token", True), drop("tokenizer.ggml.bos_token_id")),
     "has no tokenizer.ggml.bos_token_id"),
]  # fmt: skip


@pytest.mark.parametrize(("change", "words"), REFUSED, ids=[words for _, words in REFUSED])
def test_other_models_are_refused(tmp_path: Path, change: Change, words: str) -> None:
    with pytest.raises(InvalidGGUF) as caught:
        check(tmp_path, change)
    assert words in caught.value.message
    assert "model.gguf" in caught.value.message
    assert caught.value.hint
    assert str(caught.value).isprintable()


def test_the_hint_names_the_converter(tmp_path: Path) -> None:
    with pytest.raises(InvalidGGUF) as caught:
        check(tmp_path, put("general.architecture", "llama"))
    assert "codegen convert" in caught.value.hint


ACCEPTED: list[Change] = [
    lambda raw: None,
    drop("general.type"),
    drop("phi2.attention.head_count_kv"),
    drop("tokenizer.ggml.bos_token_id"),
    add("phi2.rope.freq_base", "f32", 10000.0),
    add("phi2.vocab_size", "u32", 320),
    add("tokenizer.chat_template", "str", "{{ messages }}"),
    add("tokenizer.ggml.padding_token_id", "u32", 319),
    add("codegen.family", "str", "mono"),
    add("user.anything", "arr", ("f64", [NAN])),
    token_type(319, 4),
    token(319, "\u4f60\u597d"),
    retype("token_embd.weight", 8),
    retype("output.weight", 1),
    retype("blk.0.ffn_down.weight", 20),
]


@pytest.mark.parametrize("change", ACCEPTED)
def test_what_the_converter_may_write_is_accepted(tmp_path: Path, change: Change) -> None:
    check(tmp_path, change)


def test_gguf_py_writes_an_acceptable_model(tmp_path: Path) -> None:
    for weights in (gguf.GGMLQuantizationType.F16, gguf.GGMLQuantizationType.Q4_0):
        path = write_tiny_gguf(tmp_path / f"{weights.name}.gguf", weights=weights)
        check_codegen(read_gguf(path))
