"""Reading tokenizer files, and the reference tokenizer."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from gguf import TokenType

from codegen_cli.convert.bpe import encode, split_words
from codegen_cli.convert.vocab import Vocab, byte_spelling, read_vocab
from codegen_cli.errors import CheckpointError


def write_slow(folder: Path, merges: list[str] | None = None) -> Path:
    spelled = list(byte_spelling().values())
    merges = merges if merges is not None else ["a b", "ab c", "Ġ a"]
    tokens = [*spelled, *("".join(merge.split()) for merge in merges), "<|endoftext|>"]
    (folder / "vocab.json").write_text(json.dumps({t: i for i, t in enumerate(tokens)}))
    (folder / "merges.txt").write_text("#version: 0.2\n" + "\n".join(merges) + "\n")
    added = {"   ": len(tokens), "  ": len(tokens) + 1}
    (folder / "added_tokens.json").write_text(json.dumps(added))
    return folder


def test_ids_kinds_and_padding(tmp_path: Path) -> None:
    vocab = read_vocab(write_slow(tmp_path), 270)
    assert len(vocab.tokens) == len(vocab.types) == 270
    assert vocab.end_of_text == 259 and vocab.types[259] == TokenType.CONTROL
    assert vocab.tokens[260] == "   " and vocab.types[260] == TokenType.USER_DEFINED
    assert set(vocab.types[262:]) == {TokenType.UNUSED}
    assert len(set(vocab.tokens)) == 270
    assert vocab.merges == ("a b", "ab c", "Ġ a")


def test_both_layouts_of_tokenizer_files_give_the_same_vocabulary(tmp_path: Path) -> None:
    slow = read_vocab(write_slow(tmp_path), 270)
    base = json.loads((tmp_path / "vocab.json").read_text())
    added = json.loads((tmp_path / "added_tokens.json").read_text()) | {"<|endoftext|>": 259}
    fast = tmp_path / "fast"
    fast.mkdir()
    data = {
        "model": {"type": "BPE", "vocab": base, "merges": [m.split() for m in slow.merges]},
        "pre_tokenizer": {"type": "ByteLevel", "add_prefix_space": False, "use_regex": True},
        "added_tokens": [
            {"content": t, "id": i, "special": t.startswith("<")} for t, i in added.items()
        ],
    }
    (fast / "tokenizer.json").write_text(json.dumps(data))
    vocab = read_vocab(fast, 270)
    assert (vocab.tokens, vocab.types, vocab.merges) == (slow.tokens, slow.types, slow.merges)


def test_special_tokens_of_fine_tunes_become_control_tokens(tmp_path: Path) -> None:
    write_slow(tmp_path)
    (tmp_path / "added_tokens.json").write_text('{"[PAD]": 260, "<tag>": 261}')
    (tmp_path / "special_tokens_map.json").write_text('{"pad_token": {"content": "[PAD]"}}')
    vocab = read_vocab(tmp_path, 270)
    assert vocab.types[260] == TokenType.CONTROL and vocab.types[261] == TokenType.USER_DEFINED


def test_broken_tokenizers_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="no tokenizer.*--tokenizer"):
        read_vocab(tmp_path, 270)
    write_slow(tmp_path)
    with pytest.raises(CheckpointError, match="has the id 260.*vocab_size 260"):
        read_vocab(tmp_path, 260)
    (tmp_path / "vocab.json").write_text('{"a": "b"}')
    with pytest.raises(CheckpointError, match="id of 'a' is not a number"):
        read_vocab(tmp_path, 260)
    (tmp_path / "vocab.json").write_text("[1]")
    with pytest.raises(CheckpointError, match="not a JSON object"):
        read_vocab(tmp_path, 260)


@pytest.mark.parametrize(
    ("file", "old", "new", "fragment"),
    [
        ("merges.txt", "ab c", "m p", "merge 'm p', whose result is no token"),
        ("merges.txt", "ab c", "abc", "merge 'abc'"),
        ("added_tokens.json", '"  "', '"abc"', "token 'abc' twice"),
        ("vocab.json", '"Q"', '"QQ"', "no token for the byte 0x51"),
        ("vocab.json", "endoftext", "end", "no <|endoftext|>"),
    ],
)
def test_what_llama_cpp_could_not_use_is_refused_early(
    tmp_path: Path, file: str, old: str, new: str, fragment: str
) -> None:
    path = write_slow(tmp_path) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")
    with pytest.raises(CheckpointError) as caught:
        read_vocab(tmp_path, 270)
    assert fragment in str(caught.value)


def test_tokenizer_settings_of_a_strange_shape_are_refused(tmp_path: Path) -> None:
    write_slow(tmp_path)
    (tmp_path / "tokenizer_config.json").write_text('{"added_tokens_decoder": {"1": 3}}')
    with pytest.raises(CheckpointError, match="damaged"):
        read_vocab(tmp_path, 270)


def test_another_kind_of_tokenizer_is_refused(tmp_path: Path) -> None:
    data = {"model": {"type": "Unigram", "vocab": []}, "pre_tokenizer": {"type": "Metaspace"}}
    (tmp_path / "tokenizer.json").write_text(json.dumps(data))
    with pytest.raises(CheckpointError, match="byte-level BPE"):
        read_vocab(tmp_path, 10)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("don't stop", ["don", "'t", " stop"]),
        ("x  = 12ab", ["x", " ", " =", " 12", "ab"]),
        ("a\n\n\tb", ["a", "\n\n", "\t", "b"]),
        ("end   ", ["end", "   "]),
        ("''s", ["''", "s"]),
        (" naïve 数学!", [" naïve", " 数学", "!"]),
    ],
)
def test_words_are_split_as_gpt2_does(text: str, words: list[str]) -> None:
    assert split_words(text) == words


def test_merges_apply_in_rank_order_and_added_tokens_first(tmp_path: Path) -> None:
    vocab: Vocab = read_vocab(write_slow(tmp_path), 270)
    ids = {token: i for i, token in enumerate(vocab.tokens)}
    assert encode("abc abc", vocab) == [ids["abc"], ids["Ġ"], ids["abc"]]
    assert encode(" ac", vocab) == [ids["Ġa"], ids["c"]]
    assert encode("a     b", vocab) == [ids["a"], ids["   "], ids["  "], ids["b"]]
    assert ids["<|endoftext|>"] not in encode("<|endoftext|>", vocab)
