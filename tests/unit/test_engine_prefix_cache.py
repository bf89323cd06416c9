"""What the KV cache is asked to do, against a memory that checks every request."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from codegen_cli.engine.prefix_cache import PrefixCache, common_prefix
from codegen_cli.errors import ContextFull


class FakeMemory:
    """Hold the positions of each sequence, as llama.cpp's unified cache does."""

    def __init__(self, cells: int, sequences: int) -> None:
        self.cells, self.sequences = cells, sequences
        self.held: dict[int, list[object]] = {}

    def remove(self, sequence: int, start: int = 0) -> None:
        del self.held[sequence][start:]

    def share(self, source: int, target: int, length: int) -> None:
        assert not self.held.get(target) and length <= len(self.held[source])
        self.held[target] = self.held[source][:length]

    def evaluate(self, sequence: int, count: int) -> None:
        self.held.setdefault(sequence, []).extend(object() for _ in range(count))
        used = {id(cell) for line in self.held.values() for cell in line}
        assert len(used) <= self.cells, "llama.cpp would have no slot"


def feed(memory: FakeMemory, cache: PrefixCache, tokens: list[int], answer: list[int]) -> int:
    """Evaluate a prompt and an answer as the engine does; return how much was evaluated."""
    known = cache.common(tokens[:-1])
    sequence = cache.acquire(tokens[:-1], len(tokens) + len(answer) - known)
    assert sequence.tokens == tokens[:known]
    assert len(memory.held.get(sequence.number, [])) == known
    todo = tokens[known:] + answer
    memory.evaluate(sequence.number, len(todo))
    cache.append(sequence, todo)
    cache.release(sequence)
    return len(todo) - len(answer)


def test_a_longer_prompt_continues_the_same_sequence() -> None:
    memory = FakeMemory(100, 4)
    cache = PrefixCache(memory)
    assert feed(memory, cache, [1, 2, 3], []) == 3
    assert feed(memory, cache, [1, 2, 3, 4, 5], []) == 2
    assert len(memory.held) == 1 and cache.used_cells == 5


def test_another_ending_branches_off_and_both_stay() -> None:
    memory = FakeMemory(100, 4)
    cache = PrefixCache(memory)
    feed(memory, cache, [1, 2, 3, 4], [10, 11])
    assert feed(memory, cache, [1, 2, 9, 9], [20]) == 2
    assert cache.used_cells == 6 + 3
    assert feed(memory, cache, [1, 2, 3, 4], []) == 1
    assert feed(memory, cache, [1, 2, 9, 9, 20, 7], []) == 1


def test_the_least_recently_used_makes_room() -> None:
    memory = FakeMemory(12, 4)
    cache = PrefixCache(memory)
    for start in (10, 20, 30):
        feed(memory, cache, [start, start + 1, start + 2, start + 3], [])
    feed(memory, cache, [10, 11, 12, 13], [])
    feed(memory, cache, [40, 41, 42], [])
    assert cache.common([10, 11, 12, 13]) == 4
    assert cache.common([20, 21]) == 0


def test_sequences_in_use_are_never_dropped() -> None:
    memory = FakeMemory(8, 4)
    cache = PrefixCache(memory)
    first = cache.acquire([1, 2, 3], 5)
    memory.evaluate(first.number, 5)
    cache.append(first, [1, 2, 3, 4, 5])
    assert cache.fits([9], 3) and not cache.fits([9], 4)
    assert cache.fits([1, 2, 3, 9], 6) and not cache.fits([1, 2, 3, 9], 7)
    assert not cache.fits([9], 2, reserved=2)
    with pytest.raises(ContextFull, match="8 tokens is full"):
        cache.acquire([9, 9], 4)
    assert first.tokens == [1, 2, 3, 4, 5]
    branch = cache.acquire([1, 2, 7], 3)
    assert branch is not first and branch.tokens == [1, 2]


@given(st.lists(st.integers(0, 3), max_size=12), st.lists(st.integers(0, 3), max_size=12))
def test_the_common_prefix_is_the_longest(left: list[int], right: list[int]) -> None:
    length = common_prefix(left, right)
    assert left[:length] == right[:length]
    assert length == min(len(left), len(right)) or left[length] != right[length]


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(20, 60), st.integers(2, 5))
def test_random_prompts_never_overflow_and_evaluate_only_what_is_new(
    seed: int, cells: int, sequences: int
) -> None:
    """With room for everything the evaluated count is the distance to the nearest known line."""
    draw = random.Random(seed)
    tight, roomy = FakeMemory(cells, sequences), FakeMemory(100_000, 200)
    small, large = PrefixCache(tight), PrefixCache(roomy)
    history: list[list[int]] = []
    for _ in range(60):
        base = draw.choice(history)[: draw.randint(1, 9)] if history else []
        prompt = base + [draw.randint(0, 4) for _ in range(draw.randint(1, 8))]
        answer = [draw.randint(0, 4) for _ in range(draw.randint(0, 3))]
        known = max((common_prefix(line, prompt[:-1]) for line in history), default=0)
        assert feed(roomy, large, prompt, answer) == len(prompt) - known
        feed(tight, small, prompt, answer)
        history.append(prompt + answer)
