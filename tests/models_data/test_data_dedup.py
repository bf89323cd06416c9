"""Duplicates: against an index in memory, with any partitions, and at the edges."""

from __future__ import annotations

import random
from itertools import pairwise
from pathlib import Path

import pytest

pytest.importorskip("datasketch")

import numpy as np
from data_corpora import program
from datasketch import MinHash, MinHashLSH

from models.data.arrays import rows_between
from models.data.dedup.duplicates import Signatures, duplicates_work, near_duplicates
from models.data.dedup.keys import keys_work
from models.data.dedup.signature import sketcher
from models.data.dedup.survivors import survivors_work
from models.data.documents import Document, read_shard, write_shard
from models.data.partition import partitions
from models.data.settings import DedupSettings

#: A chance of (1 - 0.9 ** r) ** b for texts as like as those below to share no band.
SETTINGS = DedupSettings(threshold=0.7)


def changed(text: str, share: float, seed: int) -> str:
    """Return a text of which a share of the words is replaced."""
    draw = random.Random(seed)
    return " ".join(
        f"new{draw.random()}" if draw.random() < share else word for word in text.split()
    )


def likeness(one: str, other: str, size: int = 5) -> float:
    """Return Jaccard's index of two texts' shingles, computed plainly."""

    def shingles(text: str) -> set[tuple[str, ...]]:
        words = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
        return {tuple(words[i : i + size]) for i in range(len(words) - size + 1)}

    a, b = shingles(one), shingles(other)
    return len(a & b) / len(a | b)


def deduplicated(
    tmp_path: Path, shards: list[list[str]], settings: DedupSettings, most: int = 10**9
) -> tuple[list[str], dict[str, int]]:
    """Return the texts that stay, and how many were dropped and why."""
    paths = []
    for number, texts in enumerate(shards):
        paths.append(tmp_path / f"docs-{number:05d}.jsonl")
        with write_shard(paths[-1]) as writer:
            for row, text in enumerate(texts):
                writer.add(Document(text, f"{number}/{row}"))
    keys, found, kept = (tmp_path / name for name in ("keys", "found", "kept"))
    for folder in (keys, found, kept):
        folder.mkdir()
    for number, path in enumerate(paths):
        keys_work(settings)(keys, number, str(path))
    size = sum(path.stat().st_size for path in keys.glob("keys-*"))
    duplicates = []
    for number, part in enumerate(partitions(size, most)):
        names, _ = duplicates_work(settings, keys, len(paths))(found, number, part)
        duplicates += [found / name for name in names]
    texts, dropped = [], {"exact duplicate": 0, "near duplicate": 0}
    for number, path in enumerate(paths):
        names, tally = survivors_work(duplicates)(kept, number, str(path))
        texts += [one.text for one in read_shard(kept / names[0])]
        for why, count in tally.dropped.items():
            dropped[why] += count
    return texts, dropped


def corpus() -> list[str]:
    """Return texts of which some are changed a little or much."""
    texts = [program(i, lines=20) for i in range(60)]
    texts += [changed(texts[i], 0.01, i) for i in range(0, 20)]
    texts += [changed(texts[i], 0.30, i) for i in range(20, 40)]
    random.Random(1).shuffle(texts)
    return texts


def test_the_first_of_equal_texts_stays(tmp_path: Path) -> None:
    shards = [["a b", "c d", "a b"], ["e f", "c d"], [], ["a b"]]
    texts, dropped = deduplicated(tmp_path, shards, DedupSettings(near=False))
    assert texts == ["a b", "c d", "e f"] and dropped["exact duplicate"] == 3


def test_near_duplicates_are_those_of_an_index_in_memory(tmp_path: Path) -> None:
    texts = corpus()
    kept, dropped = deduplicated(tmp_path, [texts[:40], texts[40:]], SETTINGS)
    own = sketcher(SETTINGS)
    index = MinHashLSH(threshold=0.7, num_perm=128, params=(own.bands, own.rows))
    expected: list[str] = []
    sketches: list[MinHash] = []
    for text in texts:
        words = "".join(c if c.isalnum() or c == "_" else " " for c in text).split()
        sketch = MinHash(num_perm=128, seed=1)
        sketch.update_batch({" ".join(words[i : i + 5]).encode() for i in range(len(words) - 4)})
        if all(sketches[i].jaccard(sketch) < 0.7 for i in index.query(sketch)):
            expected.append(text)
        index.insert(len(sketches), sketch)
        sketches.append(sketch)
    assert kept == expected and dropped["near duplicate"] == 20
    for i, text in enumerate(kept):
        assert all(likeness(text, other) < 0.75 for other in kept[:i])


def test_any_partition_of_the_keys_finds_the_same(tmp_path: Path) -> None:
    texts = corpus()
    (tmp_path / "one").mkdir()
    (tmp_path / "many").mkdir()
    whole = deduplicated(tmp_path / "one", [texts], SETTINGS)
    parts = deduplicated(tmp_path / "many", [texts], SETTINGS, most=2000)
    assert whole == parts and len(list((tmp_path / "many" / "found").iterdir())) >= 8


def test_short_texts_have_no_near_duplicates(tmp_path: Path) -> None:
    texts, _ = deduplicated(tmp_path, [["a b c d", "a b c e", "", "x"]], SETTINGS)
    assert texts == ["a b c d", "a b c e", "", "x"]


def test_ranges_cover_all_keys_once() -> None:
    for size, most, count in ((0, 10, 1), (10, 10, 1), (11, 10, 2), (1000, 10, 128)):
        parts = partitions(size, most)
        assert len(parts) == count and parts[0].low == 0 and parts[-1].high == 2**64 - 1
        assert all(a.high + 1 == b.low for a, b in pairwise(parts))


def test_a_range_of_keys_has_both_its_ends() -> None:
    table = np.array([[1, 5, 5, 9, 2**64 - 1], [0, 1, 2, 3, 4]], np.uint64)
    assert rows_between(table, 5, 9)[1].tolist() == [1, 2, 3]
    assert rows_between(table, 2, 4)[1].tolist() == []
    assert rows_between(table, 9, 2**64 - 1)[1].tolist() == [3, 4]


def test_a_group_with_too_many_different_texts_is_told(tmp_path: Path) -> None:
    rng = np.random.default_rng(1)
    np.save(tmp_path / "signatures-00000.npy", rng.integers(0, 2**32, (400, 128), np.uint32))
    group = np.arange(400, dtype=np.uint64)
    assert near_duplicates(group, Signatures(tmp_path), 0.7) == ([], True)
    assert near_duplicates(group[:200], Signatures(tmp_path), 0.7) == ([], False)


def test_most_true_duplicates_are_found(tmp_path: Path) -> None:
    texts = [program(i, lines=20) for i in range(200)]
    copies = [changed(text, 0.01, i) for i, text in enumerate(texts)]
    alike = [likeness(a, b) >= 0.87 for a, b in zip(texts, copies, strict=True)]
    _, dropped = deduplicated(tmp_path, [texts, copies], DedupSettings())
    assert sum(alike) > 100 and dropped["near duplicate"] >= 0.85 * sum(alike)
