"""Several answers to one step: distinct, ranked, repeatable."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator

import pytest

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.program import Program
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling
from codegen_cli.synthesis.candidates import write_candidates
from codegen_cli.synthesis.grow import StepBegun, Written, grow
from codegen_cli.synthesis.turn import TurnResult, write_turn

STEP = 'Compute the number of words and store it in "count".'
HOT = Sampling(temperature=2.5, top_p=0.98, max_tokens=30)


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as loaded:
        yield loaded


def test_candidates_are_distinct_and_the_likeliest_that_parses_is_first(
    engine: LlamaEngine,
) -> None:
    found = write_candidates(engine, Program(), STEP, HOT, 16)
    assert 3 < len(found) <= 16
    assert [c.rank for c in found] == sorted(c.rank for c in found)
    assert found[0].parses and not found[0].result.is_empty
    codes = [c.result.turn.code.strip() for c in found]
    assert len(set(codes)) == len(codes)


def test_equal_code_in_other_clothes_is_one_candidate(engine: LlamaEngine) -> None:
    cool = dataclasses.replace(HOT, temperature=0.2)
    assert len(write_candidates(engine, Program(), "Print the number 5.", cool, 8)) == 1


def test_one_of_the_candidates_is_what_a_plain_turn_gives(engine: LlamaEngine) -> None:
    *_, plain = write_turn(engine, Program(), STEP, HOT)
    assert isinstance(plain, TurnResult)
    found = write_candidates(engine, Program(), STEP, HOT, 8)
    assert plain.turn.code in [c.result.turn.code for c in found]


def test_growing_with_candidates_records_them_all(engine: LlamaEngine) -> None:
    events = list(grow(engine, Program(), ["Print 1.", STEP], HOT, candidates=4))
    begun = [event.number for event in events if isinstance(event, StepBegun)]
    written = [event for event in events if isinstance(event, Written)]
    assert begun == [1, 2]
    assert all(turn.candidates[0].result is turn.result for turn in written)
