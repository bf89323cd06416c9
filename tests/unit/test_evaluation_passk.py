"""pass@k: the published form's values, exactly."""

from __future__ import annotations

import math

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.passk import mean_pass_at_k, pass_at_k


@pytest.mark.parametrize(
    ("total", "passed", "k", "expected"),
    [
        (200, 1, 1, 0.005),
        (200, 1, 10, 0.05),
        (200, 1, 100, 0.5),
        (200, 10, 10, 0.408547866081),
        (200, 10, 100, 0.999228973937),
        (200, 101, 100, 1.0),
        (200, 0, 100, 0.0),
        (5, 2, 2, 0.7),
        (6, 3, 1, 0.5),
        (10, 3, 5, 0.916666666667),
        (40, 7, 10, 0.890804116810),
    ],
)
def test_values_of_other_code(total: int, passed: int, k: int, expected: float) -> None:
    assert pass_at_k(total, passed, k) == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("k", [1, 10, 100])
def test_it_is_the_binomial_form_for_every_count(k: int) -> None:
    for passed in range(201):
        exact = 1 - math.comb(200 - passed, k) / math.comb(200, k)
        assert pass_at_k(200, passed, k) == pytest.approx(exact, abs=1e-14)


def test_only_the_last_division_rounds() -> None:
    assert pass_at_k(6, 3, 1) == 0.5 and pass_at_k(6, 3, 2) == 0.8
    assert all(pass_at_k(200, passed, 1) == passed / 200 for passed in range(201))


def test_many_samples_overflow_nothing() -> None:
    assert 0 < pass_at_k(100_000, 3, 50_000) < 1


@pytest.mark.parametrize(
    ("total", "passed", "k"), [(5, 6, 1), (5, -1, 1), (5, 1, 6), (5, 1, 0), (0, 0, 1)]
)
def test_impossible_counts_are_refused(total: int, passed: int, k: int) -> None:
    with pytest.raises(UsageError):
        pass_at_k(total, passed, k)


def test_the_mean_needs_enough_samples_of_every_problem() -> None:
    assert mean_pass_at_k([(6, 3)], 2) == pytest.approx(0.8)
    assert mean_pass_at_k([(2, 2), (2, 1)], 1) == pytest.approx(0.75)
    assert mean_pass_at_k([(2, 2), (1, 1)], 2) is None
    assert mean_pass_at_k([], 1) is None
