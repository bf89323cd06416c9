"""Guessing by n-grams, and when to stop guessing."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.engine.draft import DraftControl, NgramDrafter, NgramIndex


def test_what_followed_the_same_run_is_guessed() -> None:
    drafter = NgramDrafter()
    drafter.observe([1, 2, 3, 4, 5, 9, 9, 1, 2, 3])
    assert drafter.draft(3) == [4, 5, 9]
    assert drafter.draft(1) == [4]


def test_the_newest_place_of_a_run_counts() -> None:
    drafter = NgramDrafter()
    drafter.observe([1, 2, 7, 1, 2, 8, 1, 2])
    assert drafter.draft(1) == [8]


def test_a_longer_run_beats_a_newer_one() -> None:
    drafter = NgramDrafter()
    drafter.observe([5, 6, 1, 2, 7, 0, 1, 2, 8, 5, 6, 1, 2])
    assert drafter.draft(1) == [7]


def test_nothing_known_is_no_guess() -> None:
    drafter = NgramDrafter()
    assert drafter.draft(4) == []
    drafter.observe([1, 2, 3])
    assert drafter.draft(4) == []


def test_files_help_where_the_answer_itself_knows_less() -> None:
    files = NgramIndex()
    files.extend([1, 2, 3, 4])
    files.new_text()
    files.extend([8, 9, 10])
    drafter = NgramDrafter(files)
    drafter.observe([0, 1, 2])
    assert drafter.draft(2) == [3, 4]
    other = NgramDrafter(files)
    other.observe([4, 8])
    assert other.draft(2) == []


@given(st.lists(st.integers(0, 3), min_size=1, max_size=60), st.integers(1, 8))
def test_a_guess_really_followed_the_end_of_the_line_before(line: list[int], count: int) -> None:
    drafter = NgramDrafter()
    drafter.observe(line)
    guesses = drafter.draft(count)
    if guesses:
        seen = "," + ",".join(map(str, line)) + ","
        tail = ",".join(map(str, [*line[-2:], *guesses]))
        assert f",{tail}," in seen


def feed(control: DraftControl, *, right: bool, plain: float, guessed: float, steps: int) -> int:
    """Run steps that take the given seconds; return how many guessed."""
    tried = 0
    for _ in range(steps):
        length = control.length(100)
        hits = length if right else 0
        control.note(length, hits, hits + 1, guessed if length else plain)
        tried += bool(length)
    return tried


def test_right_guesses_grow_and_go_on() -> None:
    control = DraftControl()
    assert feed(control, right=True, plain=1.0, guessed=1.2, steps=100) > 80
    assert control.length(100) in (0, 16)


def test_guessing_that_does_not_pay_switches_itself_off() -> None:
    control = DraftControl()
    tried = feed(control, right=False, plain=1.0, guessed=1.5, steps=400)
    assert tried < 40


def test_a_gain_that_trials_eat_up_is_none() -> None:
    control = DraftControl()
    # Seventeen tokens in the time of sixteen and a half.
    tried = feed(control, right=True, plain=1.0, guessed=16.5, steps=400)
    assert tried < 60


def test_what_paid_again_is_tried_again_soon() -> None:
    control = DraftControl()
    feed(control, right=False, plain=1.0, guessed=1.5, steps=2000)
    assert feed(control, right=True, plain=1.0, guessed=1.2, steps=1000) > 400
    # The pauses are short again, so that the next loss costs one of them and no more.
    feed(control, right=False, plain=1.0, guessed=1.5, steps=16)
    assert feed(control, right=True, plain=1.0, guessed=1.2, steps=100) > 50


def test_never_more_guesses_than_there_is_room() -> None:
    control = DraftControl()
    control.note(0, 0, 1, 1.0)
    assert control.length(2) == 2
    assert control.length(0) == 0
