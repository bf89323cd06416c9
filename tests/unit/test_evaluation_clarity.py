"""Bounds of clarity: fitted on one half of the problems, tested on the other."""

from __future__ import annotations

from random import Random

import pytest

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.clarity.fit import Observation, calibrate
from codegen_cli.synthesis.clarity import Calibration, Counts, Reading


def observed(problems: int = 100, *, helps: bool = True, seed: int = 1) -> list[Observation]:
    """Return programs that fail above a perplexity of 10, half of them above 5; or by chance."""
    rng = Random(seed)
    found = []
    for problem in range(problems):
        for _ in range(5):
            perplexity = rng.uniform(1, 15)
            rate = 0.95 if perplexity < 5 else 0.5 if perplexity < 10 else 0.05
            passed = rng.random() < (rate if helps else 0.5)
            found.append(Observation(str(problem), perplexity, passed))
    return found


def test_the_bounds_are_found_where_success_changes() -> None:
    found = calibrate(observed(300))
    assert found.clear == pytest.approx(5, abs=0.8)
    assert found.vague == pytest.approx(10, abs=0.8)
    rates = [counts.passed / counts.programs for counts in found.test]
    assert rates == pytest.approx([0.95, 0.5, 0.05], abs=0.1)
    assert found.useful
    assert found.low < found.auroc < found.high


def test_chance_is_not_useful() -> None:
    for seed in range(5):
        found = calibrate(observed(helps=False, seed=seed))
        assert not found.useful
        assert found.auroc == pytest.approx(0.5, abs=0.12)


def test_the_wrong_order_is_not_useful_either() -> None:
    turned = [Observation(o.problem, 16 - o.perplexity, o.passed) for o in observed()]
    found = calibrate(turned)
    assert found.auroc < 0.3
    assert not found.useful
    shares = [counts.programs / 250 for counts in found.fit]
    assert shares == pytest.approx([0.35, 0.3, 0.35], abs=0.02)


def test_no_problem_is_in_both_halves_and_every_program_in_one() -> None:
    seen = observed()
    spoiled = [Observation(o.problem, o.perplexity + 100, o.passed) for o in seen]
    even = [b if int(a.problem) % 2 else a for a, b in zip(seen, spoiled, strict=True)]
    found, other = calibrate(seen), calibrate(even)
    assert (found.clear, found.vague, found.fit) == (other.clear, other.vague, other.fit)
    assert found.test != other.test
    assert sum(counts.programs for counts in (*found.fit, *found.test)) == len(seen)


def test_programs_of_one_problem_do_not_make_the_interval_narrow() -> None:
    seen = observed(60)
    copied = [one for one in seen for _ in range(9)]
    assert calibrate(copied).low == pytest.approx(calibrate(seen).low, abs=1e-9)


def test_the_same_observations_give_the_same_calibration() -> None:
    assert calibrate(observed()) == calibrate(observed())


@pytest.mark.parametrize(
    ("seen", "message"),
    [
        (observed(19), "19 problems are too few"),
        ([Observation(str(n), n, True) for n in range(40)], "of 20 programs all pass"),
        ([Observation(str(n), n, False) for n in range(40)], "of 20 programs none pass"),
    ],
)
def test_too_little_to_fit_is_refused(seen: list[Observation], message: str) -> None:
    with pytest.raises(UsageError, match=message):
        calibrate(seen)


HALF = (Counts(1, 1), Counts(1, 1), Counts(1, 0))


def test_grades() -> None:
    found = Calibration(5, 10, 0.7, 0.6, 0.8, HALF, HALF, 20)
    grades = [found.grade(value) for value in (1, 5, 5.1, 10, 10.1, float("inf"))]
    assert grades == ["clear", "clear", "fair", "fair", "vague", "vague"]


@pytest.mark.parametrize(
    ("auroc", "low", "useful"), [(0.6, 0.51, 1), (0.59, 0.51, 0), (0.7, 0.5, 0)]
)
def test_useful_is_an_order_that_is_no_chance(auroc: float, low: float, useful: int) -> None:
    assert Calibration(5, 10, auroc, low, 0.8, HALF, HALF, 20).useful is bool(useful)


def test_a_reading_says_what_to_do() -> None:
    assert str(Reading(3.456, "clear")) == "the step is clear to the model (perplexity 3.46)"
    assert str(Reading(61.2, "vague", ("A.", "B."))).endswith("; /split makes 2 steps of it")
