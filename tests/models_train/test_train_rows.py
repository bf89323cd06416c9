"""Rows on the disk, and the order in which they are read."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from train_rows import write_rows

from codegen_cli.errors import UsageError
from models.train.rows import Sequences, order, read_rows


def test_a_row_holds_several_sequences(tmp_path: Path, rows: Sequences) -> None:
    folder = tmp_path / "rows"
    tokens = np.load(folder / "rows-00000.npy")
    weights = np.load(folder / "weights-00000.npy")
    assert len(rows) == 48
    batch = rows.at(np.array([5, 0]))
    np.testing.assert_array_equal(batch.tokens, [tokens[2, 8:], tokens[0, :8]])
    np.testing.assert_allclose(batch.weights[0], weights[2, 8:] / 255)


def test_the_order_is_endless_and_each_pass_is_a_permutation() -> None:
    long = order(10, 5, 0, 35)
    for epoch in range(3):
        assert sorted(long[epoch * 10 : epoch * 10 + 10]) == list(range(10))
    assert list(long[:10]) != list(long[10:20])
    np.testing.assert_array_equal(order(10, 5, 17, 9), long[17:26])
    assert list(order(10, 6, 0, 10)) != list(long[:10])


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"format": 2}, "format 2"),
        ({"row_length": 12}, "multiple"),
        ({"vocab_size": 65}, "tokenizer"),
        ({"shards": []}, "no rows"),
    ],
)
def test_rows_that_do_not_fit_are_refused(
    tmp_path: Path, change: dict[str, object], word: str
) -> None:
    folder = write_rows(tmp_path / "rows")
    manifest = json.loads((folder / "manifest.json").read_text())
    (folder / "manifest.json").write_text(json.dumps({**manifest, **change}))
    with pytest.raises(UsageError, match=word):
        read_rows(folder, 8, 64)


def test_a_folder_without_a_manifest_says_how_to_make_one(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"models\.data"):
        read_rows(tmp_path, 8, 64)


def test_a_shard_of_another_shape_is_refused(tmp_path: Path) -> None:
    folder = write_rows(tmp_path / "rows")
    np.save(folder / "rows-00000.npy", np.zeros((3, 16), np.uint16))
    with pytest.raises(UsageError, match="its manifest says"):
        read_rows(folder, 8, 64)
