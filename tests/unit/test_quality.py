"""Distances between predictions, and the choice for a budget: small arrays, no model."""

from __future__ import annotations

import math

import numpy as np
import pytest

from codegen_cli.cli.sizes import parse_bytes
from codegen_cli.errors import UsageError
from codegen_cli.quality.distance import Comparison, Distance
from codegen_cli.quality.measure import Quality
from codegen_cli.quality.reading import STEP, steps, windows
from codegen_cli.quality.recommend import recommend
from codegen_cli.quality.table import cells, record_of


def logits(*rows: tuple[float, ...]) -> np.ndarray:
    """Return logits whose probabilities are these; a constant is added, which changes nothing."""
    return (np.log(np.array(rows)) + 3).astype(np.float32)


def test_the_divergence_is_that_of_the_definition() -> None:
    comparison = Comparison()
    comparison.add(logits((0.5, 0.5)), logits((0.25, 0.75)), np.array([0]))
    found = comparison.result()
    assert found.kl_mean == pytest.approx(0.5 * math.log(0.5 / 0.25) + 0.5 * math.log(0.5 / 0.75))
    assert found.perplexity == pytest.approx(4)
    assert found.reference_perplexity == pytest.approx(2)


def test_positions_of_several_parts_are_summed_up_together() -> None:
    comparison = Comparison()
    same = logits((0.9, 0.1))
    comparison.add(same, same, np.array([0]))
    comparison.add(same, logits((0.1, 0.9)), np.array([0]))
    found = comparison.result()
    worst = 0.8 * math.log(9)
    assert found.positions == 2
    assert found.same_top == 0.5
    assert found.kl_max == pytest.approx(worst, rel=1e-5)
    assert found.kl_mean == pytest.approx(worst / 2, rel=1e-5)
    assert found.kl_99 == pytest.approx(0.99 * worst, rel=1e-5)


def test_equal_predictions_have_no_distance() -> None:
    comparison = Comparison()
    rows = np.random.default_rng(1).normal(size=(50, 300)).astype(np.float32)
    comparison.add(rows, rows, np.zeros(50, np.intp))
    assert comparison.result().kl_max == 0
    assert comparison.result().same_top == 1


def test_nothing_to_compare_gives_no_number() -> None:
    assert math.isnan(Comparison().result().kl_mean)


def test_every_token_with_a_next_one_is_read_once() -> None:
    text = list(range(2 * STEP + 70))
    for size in (2, STEP, STEP + 1, 200):
        read = []
        for window in windows(text, size):
            for start, part in steps(window):
                assert window[start] == part[0]
                read += part
        # The last token of a window has its next one in the next window.
        ends = {text[min(i + size, len(text)) - 1] for i in range(0, len(text), size)}
        assert read == [token for token in text if token not in ends]


def quality(memory: int, kl: float) -> Quality:
    distance = Distance(9, 2.0, 2.0, kl, kl, kl, 0.5)
    return Quality("m", f"/x/{memory}.gguf", "Q4_0", memory // 2, memory, distance, 10, 5)


def test_the_nearest_model_within_the_budget_is_recommended() -> None:
    small, middle, large = quality(100, 0.3), quality(200, 0.1), quality(400, 0.0)
    assert recommend([small, middle, large], 399) is middle
    assert recommend([small, middle, large], 400) is large
    assert recommend([small, middle, large], 99) is None


def test_of_equally_near_models_the_smaller_is_recommended() -> None:
    assert recommend([quality(300, 0.1), quality(200, 0.1)], 999).memory == 200  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("text", "count"),
    [("512MB", 512e6), ("1.5GiB", 1.5 * 2**30), ("800", 800), ("2g", 2e9), (" 4 KiB ", 4096)],
)
def test_sizes_are_read_as_people_write_them(text: str, count: float) -> None:
    assert parse_bytes("--budget", text) == count


@pytest.mark.parametrize("text", ["", "MB", "-1GB", "1TB", "1e9", "1 G B", "١GB"])
def test_what_is_no_size_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="no size"):
        parse_bytes("--budget", text)


def test_the_record_is_flat_and_the_table_marks_the_choice() -> None:
    record = record_of(quality(100, 0.25))
    assert record["kl_mean"] == 0.25
    assert record["memory"] == 100
    assert cells(quality(100, 0.25), chosen=True)[0].startswith("→")
