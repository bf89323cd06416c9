"""Tests of a difference, against closed forms, published tables and brute force."""

from __future__ import annotations

import math

import numpy as np
import pytest

from codegen_cli.evaluation.significance import auroc, paired, student_p, welch


@pytest.mark.parametrize("t", [0.0, 0.1, 1.0, 2.5, 12.706, 1e6])
def test_p_equals_its_closed_forms(t: float) -> None:
    """Student's distribution is Cauchy's with one degree of freedom, algebraic with two."""
    assert student_p(t, 1) == pytest.approx(1 - 2 / math.pi * math.atan(t), abs=1e-14, rel=1e-9)
    assert student_p(t, 2) == pytest.approx(1 - t / math.sqrt(2 + t * t), abs=1e-14, rel=1e-6)
    normal = math.erfc(t / math.sqrt(2))
    assert student_p(t, 1e6) == pytest.approx(normal, abs=1e-6)


@pytest.mark.parametrize("freedom", [0.7, 3, 9.5, 40, 162, 3000])
@pytest.mark.parametrize("t", [0.3, 1.9, 5.0])
def test_p_equals_numerical_integration(t: float, freedom: float) -> None:
    grid, step = np.linspace(0, t, 200_001, retstep=True)
    density = np.exp(-(freedom + 1) / 2 * np.log1p(grid**2 / freedom))
    log_scale = math.lgamma((freedom + 1) / 2) - math.lgamma(freedom / 2)
    scale = math.exp(log_scale) / math.sqrt(freedom * math.pi)
    inside = 2 * scale * float(step) * float(density.sum() - (density[0] + density[-1]) / 2)
    assert student_p(t, freedom) == pytest.approx(1 - inside, abs=1e-9)
    assert student_p(-t, freedom) == student_p(t, freedom)


def test_welch_on_groups_with_a_known_answer() -> None:
    first, second = [3.0, 4.0, 5.0, 6.0], [1.0, 2.0, 3.0]
    found = welch(first, second)
    assert found is not None
    error = math.sqrt((5 / 3) / 4 + 1 / 3)
    assert found.difference == 2.5 and found.error == pytest.approx(error)
    a, b = (5 / 3) / 4, 1 / 3
    assert found.freedom == pytest.approx((a + b) ** 2 / (a**2 / 3 + b**2 / 2))
    assert found.p == student_p(2.5 / error, found.freedom)
    assert welch(second, first) is not None and welch([1.0], second) is None


def test_the_p_of_equal_groups_is_uniform() -> None:
    rng = np.random.default_rng(5)
    small = 0
    for _ in range(2000):
        found = welch(list(rng.normal(0, 1, 12)), list(rng.normal(0, 3, 30)))
        assert found is not None
        small += found.p < 0.05
    # 100 expected, with a standard error of 10.
    assert 60 < small < 140


def test_pairs_find_what_groups_do_not() -> None:
    base = [1.0, 5.0, 9.0, 13.0, 30.0]
    more = [x + 0.5 + 0.1 * (i % 2) for i, x in enumerate(base)]
    together, apart = paired(more, base), welch(more, base)
    assert together is not None and apart is not None
    assert together.p < 1e-4 < 0.9 < apart.p
    assert together.difference == pytest.approx(0.54) and together.freedom == 4
    assert paired([1.0], [2.0]) is None


def test_groups_without_spread() -> None:
    same, other = welch([2.0, 2.0], [2.0, 2.0]), paired([2.0, 3.0], [1.0, 2.0])
    assert same is not None and (same.t, same.p) == (0.0, 1.0)
    assert other is not None and (other.t, other.p) == (math.inf, 0.0)


def test_auroc_counts_pairs() -> None:
    rng = np.random.default_rng(1)
    low, high = rng.integers(0, 9, 40).tolist(), rng.integers(3, 12, 25).tolist()
    wins = [(a < b) + (a == b) / 2 for a in low for b in high]
    assert auroc(low, high) == pytest.approx(sum(wins) / len(wins), abs=1e-15)
    assert (auroc([1.0], [2.0]), auroc([2.0], [1.0]), auroc([1.0], [1.0])) == (1.0, 0.0, 0.5)
    assert auroc([], [1.0]) is None and auroc([1.0], []) is None
