"""Tokens, shuffle and rows: nothing is lost, doubled or moved off its weight."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("tokenizers")

import itertools

from data_corpora import program

from models.data.documents import Document, write_shard
from models.data.partition import partitions
from models.data.rows.concatenate import RowFormat, concatenate_work, rows_in
from models.data.rows.encoded import Encoded, join, read_encoded
from models.data.rows.shuffle import bucket_work, random_keys, sort_work
from models.data.rows.tokenize import prefixed, token_weights, tokenize_work
from models.data.tokenizer.load import load
from models.data.tokenizer.train import train


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("tokenizer")
    train([program(i) for i in range(30)], 400, folder)
    return folder


def encoded(tmp_path: Path, tokenizer: Path, shards: list[list[Document]]) -> Path:
    """Tokenize shards into a folder."""
    tokens = tmp_path / "tokens"
    tokens.mkdir()
    for number, documents in enumerate(shards):
        path = tmp_path / f"docs-{number}.jsonl"
        with write_shard(path) as writer:
            for document in documents:
                writer.add(document)
        tokenize_work(str(tokenizer), False)(tokens, number, str(path))
    return tokens


def shuffled(tmp_path: Path, tokens: Path, shards: int, most: int, seed: int = 1) -> list[Encoded]:
    """Shuffle token shards in buckets."""
    first, second = tmp_path / f"sorted{most}.{seed}", tmp_path / f"shuffled{most}.{seed}"
    first.mkdir()
    second.mkdir()
    for shard in range(shards):
        sort_work(tokens, seed)(first, shard, shard)
    size = sum(path.stat().st_size for path in first.glob("*.ids.npy"))
    parts = partitions(size, most)
    for number, part in enumerate(parts):
        bucket_work(first, shards, 438)(second, number, part)
    return [read_encoded(second, f"shuffled-{number:05d}") for number in range(len(parts))]


def documents_of(buckets: list[Encoded]) -> list[tuple[int, ...]]:
    found = []
    for bucket in buckets:
        begins = [0, *bucket.ends.tolist()][:-1]
        pairs = zip(begins, bucket.ends.tolist(), strict=True)
        found += [tuple(bucket.ids[begin:end].tolist()) for begin, end in pairs]
    return found


def some(count: int, first: int = 0) -> list[Document]:
    return [Document(program(i, lines=2), f"s{i}", "Python") for i in range(first, first + count)]


def test_a_document_is_its_ids_and_the_end_of_text(tmp_path: Path, tokenizer: Path) -> None:
    documents = [*some(70), Document("", "empty")]
    tokens = encoded(tmp_path, tokenizer, [documents, []])
    vocabulary = load(tokenizer)
    wanted = [
        (*vocabulary.encoder.encode(one.text).ids, vocabulary.end_of_text) for one in documents
    ]
    assert documents_of([read_encoded(tokens, "tokens-00000")]) == wanted
    assert read_encoded(tokens, "tokens-00000").ids.dtype == np.uint16
    assert len(read_encoded(tokens, "tokens-00001").ends) == 0


def test_the_shuffle_is_one_order_whatever_the_buckets(tmp_path: Path, tokenizer: Path) -> None:
    tokens = encoded(tmp_path, tokenizer, [some(40), some(7, 40), [], some(30, 50)])
    before = documents_of([read_encoded(tokens, f"tokens-{i:05d}") for i in range(4)])
    one = documents_of(shuffled(tmp_path, tokens, 4, 10**9))
    buckets = shuffled(tmp_path, tokens, 4, 2000)
    assert len(buckets) >= 8 and documents_of(buckets) == one
    assert sorted(one) == sorted(before) and one != before
    assert documents_of(shuffled(tmp_path, tokens, 4, 10**9, seed=2)) != one


def test_every_place_is_as_likely_for_every_document() -> None:
    keys = np.array([random_keys(seed, shard, 50) for seed in range(20) for shard in range(20)])
    order = keys.argsort(axis=1).argsort(axis=1)
    assert np.abs(order.mean(axis=0) - 24.5).max() < 4 * 14.4 / np.sqrt(400)
    assert len(np.unique(keys)) == keys.size
    assert random_keys(7, 3, 2).tolist() == random_keys(7, 3, 50)[:2].tolist()


def test_random_keys_are_the_same_with_every_numpy() -> None:
    assert random_keys(7, 3, 2).tolist() == [8893702929424106994, 13357943582879616415]


@pytest.mark.parametrize("pad", [False, True])
@pytest.mark.parametrize("per_shard", [1, 7, 10_000])
def test_rows_are_the_stream_cut(tmp_path: Path, pad: bool, per_shard: int) -> None:
    source, rows = tmp_path / "in", tmp_path / "out"
    source.mkdir()
    rows.mkdir()
    stream = np.arange(1, 1001, dtype=np.uint16)
    weights = (stream % 256).astype(np.uint8)
    cuts = [0, 0, 130, 131, 131, 700, 1000]
    for bucket, (begin, end) in enumerate(itertools.pairwise(cuts)):
        np.save(source / f"shuffled-{bucket:05d}.ids.npy", stream[begin:end])
        if bucket != 2:
            np.save(source / f"shuffled-{bucket:05d}.weights.npy", weights[begin:end])
    weights[130:131] = 255
    form = RowFormat(64, per_shard, pad, 9, True)
    sizes = tuple(np.diff(cuts).tolist())
    count = rows_in(1000, form)
    assert count == (16 if pad else 15)
    for shard in range(-(-count // per_shard)):
        concatenate_work(source, sizes, form)(rows, shard, shard)
    got = np.concatenate([np.load(path) for path in sorted(rows.glob("rows-*"))])
    marks = np.concatenate([np.load(path) for path in sorted(rows.glob("weights-*"))])
    assert got.shape == marks.shape == (count, 64) and got.dtype == np.uint16
    size = min(count * 64, 1000)
    assert (got.reshape(-1)[:size] == stream[:size]).all()
    assert (marks.reshape(-1)[:size] == weights[:size]).all()
    assert (got.reshape(-1)[size:] == 9).all() and (marks.reshape(-1)[size:] == 0).all()


def test_weights_follow_their_characters_to_the_rows(tmp_path: Path, tokenizer: Path) -> None:
    comment, code = "# Add 5 to é数 the total.\n", "total = 数 + 5\n\n"
    spans = ((0, len(comment), 0.25), (len(comment), len(comment) + 3, 0.0))
    marked = [Document(comment + code, f"{i}", weights=spans) for i in range(3)]
    tokens = encoded(tmp_path, tokenizer, [[*some(2), *marked], some(3, 90)])
    bucket = shuffled(tmp_path, tokens, 2, 10**9)[0]
    assert bucket.weights is not None
    encoder = load(tokenizer).encoder
    begins = [0, *bucket.ends.tolist()][:-1]
    light = 0
    for begin, end in zip(begins, bucket.ends.tolist(), strict=True):
        text = encoder.decode(bucket.ids[begin : end - 1].tolist(), skip_special_tokens=False)
        weights = bucket.weights[begin:end].tolist()
        if not text.startswith(comment):
            assert set(weights) == {255}
            continue
        light += 1
        offsets = encoder.encode(text).offsets
        for (first, _), weight in zip(offsets, weights, strict=False):
            expected = 64 if first < len(comment) else 0 if first < len(comment) + 3 else 255
            assert weight == expected
        assert weights[-1] == 255 and {0, 64, 255} == set(weights)
    assert light == 3


def test_a_part_without_weights_counts_full_beside_one_with() -> None:
    ids = np.array([1, 2], np.uint16)
    ends = np.array([2])
    other = Encoded(ids, ends, np.array([3, 4], np.uint8))
    both = join([Encoded(ids, ends, None), other], np.uint16)
    assert both.weights is not None and both.weights.tolist() == [255, 255, 3, 4]
    assert both.ends.tolist() == [2, 4]
    assert join([Encoded(ids, ends, None)], np.uint16).weights is None


def test_a_language_prefix_moves_the_weights() -> None:
    document = prefixed(Document("abc", "s", "Go", ((1, 2, 0.5),)))
    assert document.text == "Go\nabc" and document.weights == ((4, 5, 0.5),)
    weights: Any = token_weights(document, [(0, 3), (3, 4), (4, 6)])
    assert weights.tolist() == [255, 255, 128, 255]


def test_texts_may_be_json_themselves(tmp_path: Path, tokenizer: Path) -> None:
    text = json.dumps({"text": "\u2028 \\u0000 \n"}) + "\n"
    tokens = encoded(tmp_path, tokenizer, [[Document(text, "s")]])
    ids = read_encoded(tokens, "tokens-00000").ids[:-1].tolist()
    assert load(tokenizer).encoder.decode(ids, skip_special_tokens=False) == text
