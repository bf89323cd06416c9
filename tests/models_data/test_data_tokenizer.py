"""The trained tokenizer: its design, its determinism, and that everyone reads it alike."""

from __future__ import annotations

import json
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("tokenizers")

from checkpoints import shared, write_checkpoint
from data_corpora import program

from codegen_cli.convert.bpe import encode
from codegen_cli.convert.vocab import WHITE_SPACE, read_vocab
from codegen_cli.errors import CheckpointError, CodegenError, UsageError
from models.data.documents import Document, write_shard
from models.data.tokenizer.load import load
from models.data.tokenizer.sample import sample
from models.data.tokenizer.train import train

TEXTS = [*(program(i) for i in range(60)), Path(__file__).read_text(encoding="utf-8")]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("tokenizer")
    train(TEXTS, 500, made)
    return made


def texts(count: int) -> list[str]:
    """Return texts of white space, digits, control tokens, and other scripts."""
    draw = random.Random(3)
    pieces = [
        *WHITE_SPACE, " ", "\t", "\n", "\r\n", "0", "123", " 45", "x", " total", "return",
        "é", "数", "👩‍💻", "<|endoftext|>", "'s", "(", "_",
        "\u3000", "\u00a0", "٣", " " * 40, "\t" * 12,
    ]  # fmt: skip
    return ["".join(draw.choices(pieces, k=draw.randrange(1, 30))) for _ in range(count)]


def test_ids_are_bytes_merges_end_and_white_space(folder: Path) -> None:
    vocabulary = load(folder)
    assert vocabulary.size == 500 + len(WHITE_SPACE) and vocabulary.end_of_text == 499
    vocab = read_vocab(folder, vocabulary.size)
    assert vocab.tokens[500:] == WHITE_SPACE and len(vocab.merges) == 500 - 257
    assert vocab.has_white_space


def test_no_merge_holds_a_digit_or_a_run_of_blanks(folder: Path) -> None:
    merges = (folder / "merges.txt").read_text(encoding="utf-8").splitlines()[1:]
    joined = ["".join(merge.split(" ")) for merge in merges]
    assert joined and not any(c in "0123456789" for token in joined for c in token)
    assert not any("ĠĠ" in token or "ĉĉ" in token for token in joined)
    encoder = load(folder).encoder
    assert [encoder.id_to_token(i) for i in encoder.encode(" 4096").ids] == ["Ġ", *"4096"]


def test_training_again_gives_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    names = train(iter(TEXTS), 500, tmp_path)
    assert sorted(names) == sorted(path.name for path in folder.iterdir())
    for name in names:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes()


def test_the_projects_own_reader_encodes_alike(folder: Path) -> None:
    vocabulary = load(folder)
    vocab = read_vocab(folder, vocabulary.size)
    for text in [*texts(150), TEXTS[0]]:
        ids = vocabulary.encoder.encode(text).ids
        assert ids == encode(text, vocab)
        assert vocabulary.encoder.decode(ids, skip_special_tokens=False) == text


def test_a_control_token_in_a_text_is_spelled_out(folder: Path) -> None:
    vocabulary = load(folder)
    assert vocabulary.end_of_text not in vocabulary.encoder.encode("a<|endoftext|>b").ids


def test_transformers_encodes_alike(folder: Path) -> None:
    transformers = pytest.importorskip("transformers")
    plain = load(folder)
    for kind in (transformers.AutoTokenizer, transformers.CodeGenTokenizer):
        other = kind.from_pretrained(folder)
        assert other.eos_token_id == plain.end_of_text and len(other) == plain.size
        for text in [*texts(100), TEXTS[1]]:
            if "<|endoftext|>" not in text:
                assert other(text)["input_ids"] == plain.encoder.encode(text).ids


def test_a_checkpoint_with_it_converts(folder: Path, tmp_path: Path) -> None:
    checkpoint, result = tmp_path / "checkpoint", tmp_path / "x.gguf"
    vocabulary = load(folder)
    write_checkpoint(
        checkpoint, n_layer=1, n_embd=64, n_head=4, rotary_dim=8, vocab_size=576, seed=1
    )
    for path in folder.iterdir():
        shutil.copy(path, checkpoint)
    config = json.loads((checkpoint / "config.json").read_text())
    end = {"bos_token_id": vocabulary.end_of_text, "eos_token_id": vocabulary.end_of_text}
    (checkpoint / "config.json").write_text(json.dumps({**config, **end}))
    # The conversion ends with a check of llama.cpp's ids against the tokenizer's files.
    command = [sys.executable, "-m", "codegen_cli", "convert", str(checkpoint), "-o", str(result)]
    converted = subprocess.run(
        [*command, "-q", "F16"], capture_output=True, text=True, timeout=200, check=False
    )
    assert converted.returncode == 0, converted.stderr
    assert result.stat().st_size > 10_000


def test_what_cannot_be_trained_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="vocab_size 256 is below 257"):
        train(TEXTS, 256, tmp_path)
    with pytest.raises(CodegenError, match=r"the text gives \d+ tokens, not 5000"):
        train(["a b c a b"], 5000, tmp_path)
    assert not list(tmp_path.iterdir())
    with pytest.raises(CheckpointError, match=r"tokenizer\.json"):
        load(tmp_path)
    (tmp_path / "tokenizer.json").write_text(json.dumps({"model": {"vocab": {"a": 1 << 40}}}))
    with pytest.raises(UsageError, match="senseless ids"):
        load(tmp_path)


def test_a_folder_without_tokenizer_json_encodes_alike(folder: Path, tmp_path: Path) -> None:
    for name in ("vocab.json", "merges.txt", "added_tokens.json"):
        shutil.copy(folder / name, tmp_path)
    slow, fast = load(tmp_path), load(folder)
    assert (slow.size, slow.end_of_text) == (fast.size, fast.end_of_text)
    for text in texts(100):
        assert slow.encoder.encode(text).ids == fast.encoder.encode(text).ids


def test_the_released_vocabulary_encodes_as_transformers_does() -> None:
    transformers = pytest.importorskip("transformers")
    data = shared("data")
    if data is None:
        pytest.skip("the optional folder shared/data is absent")
    path = data / "gpt2_tokenizer"
    other, plain = transformers.CodeGenTokenizer.from_pretrained(path), load(path)
    assert plain.size == 50295 and plain.end_of_text == 50256
    for text in [*texts(100), TEXTS[1]]:
        if "<|endoftext|>" not in text:
            assert other(text)["input_ids"] == plain.encoder.encode(text).ids


def test_a_sample_takes_of_every_shard_its_share(tmp_path: Path) -> None:
    paths = []
    for number in range(4):
        paths.append(tmp_path / f"docs-{number}.jsonl")
        with write_shard(paths[-1]) as writer:
            for i in range(100 if number else 10):
                writer.add(Document(f"{number} {i:>97}", ""))
    chosen = list(sample(reversed(paths), 10_000))
    counts = [sum(text.startswith(f"{number} ") for text in chosen) for number in range(4)]
    assert counts[0] == 4 and len(set(counts[1:])) == 1 and 30 <= counts[1] <= 45
    assert len(list(sample(paths, 10**9))) == 310
