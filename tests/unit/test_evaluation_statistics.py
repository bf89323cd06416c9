"""Means and intervals, against what can be worked out by hand."""

from __future__ import annotations

import math
import random

import pytest

from codegen_cli.evaluation import statistics
from codegen_cli.evaluation.statistics import (
    bootstrap,
    bootstrap_difference,
    mean,
)


def test_the_interval_of_a_mean_is_near_the_normal_one() -> None:
    rng = random.Random(1)
    values = [rng.random() for _ in range(164)]
    found = bootstrap([values], [1.0] * 164)[0]
    middle = mean(values)
    assert middle.error is not None
    assert found.value == pytest.approx(middle.value)
    assert found.low == pytest.approx(middle.value - 1.96 * middle.error, abs=0.004)
    assert found.high == pytest.approx(middle.value + 1.96 * middle.error, abs=0.004)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    held = 0
    for seed in range(100):
        rng = random.Random(seed)
        found = bootstrap([[float(rng.random() < 0.3) for _ in range(100)]], [1.0] * 100)[0]
        held += found.low <= 0.3 <= found.high
    assert 89 <= held <= 99


def test_the_same_figures_give_the_same_interval() -> None:
    values = [0.0, 0.2, 1.0, 0.4]
    assert bootstrap([values], [1.0] * 4) == bootstrap([values], [1.0] * 4)
    assert bootstrap([values, values], [1.0] * 4)[1] == bootstrap([values], [1.0] * 4)[0]


def test_blocks_of_resamples_do_not_change_what_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    values = [0.0, 0.2, 1.0, 0.4]
    whole = bootstrap([values], [1.0] * 4)
    monkeypatch.setattr(statistics, "_BLOCK", 12)
    assert bootstrap([values], [1.0] * 4) == whole


def test_weights_count_problems_by_their_samples() -> None:
    found = bootstrap([[10.0, 0.0]], [10.0, 30.0])[0]
    assert found.value == 0.25
    assert (found.low, found.high) == (0.0, 1.0)


@pytest.mark.parametrize("count", [1, 20, 164])
def test_problems_that_all_agree_get_the_exact_interval(count: int) -> None:
    never, always = bootstrap([[0.0] * count, [1.0] * count], [1.0] * count)
    bound = 1 - 0.025 ** (1 / count)
    assert (never.value, never.low, never.high) == (0, 0, pytest.approx(bound))
    assert (always.value, always.low, always.high) == (1, pytest.approx(1 - bound), 1)


def test_a_difference_is_paired() -> None:
    rng = random.Random(5)
    first = [rng.random() for _ in range(50)]
    second = [value - 0.1 + rng.gauss(0, 0.01) for value in first]
    found = bootstrap_difference(first, second)
    assert found.value == pytest.approx(mean(first).value - mean(second).value)
    # Problems vary by 0.3, the pairs by 0.01 only.
    assert found.high - found.low < 0.02


def test_no_difference_anywhere_is_not_certainty() -> None:
    found = bootstrap_difference([0.5] * 20, [0.5] * 20)
    assert found.value == 0
    assert found.low == pytest.approx(-found.high) and found.high > 0.1


def test_a_mean_of_one_value_has_no_error() -> None:
    assert mean([2.0]).error is None
    assert mean([1.0, 3.0]).error == pytest.approx(math.sqrt(2) / math.sqrt(2))
