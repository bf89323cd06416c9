"""Stop strings and no stop, under the same protocol as the truncation rules."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from codegen_cli.errors import UsageError
from codegen_cli.program import (
    NoStop,
    Stopper,
    StopStrings,
    StopWatcher,
    Truncation,
    truncate,
    turn_stopper,
)

LETTERS = st.text("ab\n", max_size=20)
STOPS = st.lists(st.text("ab\n", min_size=1, max_size=5), max_size=4)


def run(stopper: Stopper, pieces: list[str]) -> list[str]:
    return [stopper.feed(piece) for piece in pieces]


def first_stop(text: str, stops: list[str]) -> tuple[int, str] | None:
    """Find the earliest start, the shortest on a tie, by plain search."""
    found = [(text.find(stop), len(stop), stop) for stop in stops if stop in text]
    return (min(found)[0], min(found)[2]) if found else None


@pytest.mark.parametrize(
    ("stops", "pieces", "shown", "fired"),
    [
        ([], ["a", "b"], ["a", "b"], None),
        (["\n"], ["ab", "c\nd", "e"], ["ab", "c", ""], "\n"),
        (["\n\n"], ["a\n", "b\n", "\n"], ["a", "\nb", ""], "\n\n"),
        (["END"], ["xE", "N", "xEND"], ["x", "", "ENx"], "END"),
        (["aab"], ["aa", "ab"], ["", "a"], "aab"),
        (["abc", "b"], ["ab", "c"], ["", ""], "abc"),
        (["abc", "b"], ["ab", "d"], ["", "a"], "b"),
        (["ab", "a"], ["xa", "b"], ["x", ""], "a"),
        (["."], ["ab", "."], ["ab", ""], "."),
    ],
)
def test_what_is_shown_when(
    stops: list[str], pieces: list[str], shown: list[str], fired: str | None
) -> None:
    stopper = StopStrings(stops)
    assert run(stopper, pieces) == shown
    assert stopper.fired == fired
    assert stopper.finish().rule == fired


@given(STOPS, st.lists(LETTERS, max_size=8))
@example(["abb", "b"], ["a", "b"])
def test_any_split_gives_the_first_stop(stops: list[str], pieces: list[str]) -> None:
    text = "".join(pieces)
    expected = first_stop(text, stops)
    stopper = StopStrings(stops)
    safe = "".join(run(stopper, pieces))
    final = stopper.finish()
    assert final.text + final.cut == text
    assert (len(final.text), final.rule) == (expected or (len(text), None))
    assert final.text.startswith(safe)
    if stopper.fired is not None:
        assert (safe, stopper.fired) == (final.text, final.rule)


def test_fired_waits_only_for_a_stop_that_started_earlier() -> None:
    same_start, earlier_start = StopStrings(["ab", "a"]), StopStrings(["abc", "b"])
    run(same_start, ["xa"])
    run(earlier_start, ["xab"])
    assert (same_start.fired, earlier_start.fired) == ("a", None)


@given(STOPS, st.lists(LETTERS, max_size=8), LETTERS)
def test_fired_is_final(stops: list[str], pieces: list[str], more: str) -> None:
    stopper = StopStrings(stops)
    run(stopper, pieces)
    before = stopper.finish()
    fired = stopper.fired
    assert stopper.feed(more) == "" or fired is None
    if fired is not None:
        after = stopper.finish()
        assert (after.text, after.rule) == (before.text, fired)


@given(st.lists(LETTERS, max_size=8), LETTERS)
def test_one_stop_string_fires_with_its_last_letter(pieces: list[str], stop: str) -> None:
    stopper = StopStrings([stop or "a"])
    run(stopper, pieces)
    assert (stopper.fired is not None) == ((stop or "a") in "".join(pieces))


def test_an_empty_stop_string_is_refused() -> None:
    with pytest.raises(UsageError, match="empty"):
        StopStrings(["a", ""])


@given(
    st.lists(st.text("a\n#p", min_size=1, max_size=4), max_size=3),
    st.lists(st.text("a\n#p"), max_size=8),
)
@example(["\na"], ["a\n", "\n", "\na"])
def test_a_turn_ends_at_a_stop_string_and_before_it_by_the_rules(
    stops: list[str], pieces: list[str]
) -> None:
    text = "".join(pieces)
    strings = StopStrings(stops)
    strings.feed(text)
    whole = strings.finish()
    expected = truncate(whole.text)
    stopper = turn_stopper(stops)
    safe = "".join(run(stopper, pieces))
    final = stopper.finish()
    assert (final.text, final.rule) == (expected.text, expected.rule or whole.rule)
    assert final.text + final.cut == text
    assert final.text.startswith(safe)
    if stopper.fired is not None:
        assert stopper.fired == final.rule


def test_a_stop_string_does_not_cut_what_a_turn_begins_with() -> None:
    stopper = turn_stopper(["print"], before="print(1)\n")
    stopper.feed("a = 1\nprint(a)")
    assert stopper.finish() == Truncation("a = 1\n", "print", "print(a)")


def test_no_stop_passes_everything() -> None:
    stopper = NoStop()
    assert run(stopper, ["# a\n\n\n", "<|endoftext|>"]) == ["# a\n\n\n", "<|endoftext|>"]
    assert stopper.fired is None
    final = stopper.finish()
    assert (final.text, final.rule, final.cut) == ("# a\n\n\n<|endoftext|>", None, "")


@pytest.mark.parametrize("stopper", [StopWatcher(), StopStrings(["x"]), NoStop()])
def test_nothing_fed_is_nothing_cut(stopper: Stopper) -> None:
    assert stopper.fired is None
    final = stopper.finish()
    assert (final.text, final.rule, final.cut) == ("", None, "")
