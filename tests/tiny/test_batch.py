"""Many answers in one batch: who gets which text, what is shared, what waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.errors import ContextFull
from codegen_cli.program import NoStop, StopWatcher
from codegen_cli.registry.find import find_model
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

HEAD = PROGRAM_PREFIX + "# Define a function named"
PROMPT = HEAD + ' "square" that returns the square of a number.\n'


def load(**settings: object) -> LlamaEngine:
    return LlamaEngine(find_model("nano"), EngineSettings(threads=1, **settings))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with load() as loaded:
        yield loaded


def prompts(count: int, max_tokens: int = 24, temperature: float = 2.0) -> list[Prompt]:
    return [
        Prompt(PROMPT, Sampling(temperature, 1.0, max_tokens=max_tokens, seed=seed), NoStop())
        for seed in range(count)
    ]


def answers(engine: LlamaEngine, asked: list[Prompt]) -> list[Completion]:
    done = {n: item for n, item in engine.generate_many(asked) if isinstance(item, Completion)}
    return [done[number] for number in range(len(asked))]


def test_each_answer_is_the_one_its_seed_gives_alone() -> None:
    with load(strict=True) as together, load(strict=True) as alone:
        batch = answers(together, prompts(12))
        single = [answers(alone, [prompt])[0] for prompt in prompts(12)]
    assert [c.tokens for c in batch] == [c.tokens for c in single]
    assert len({c.tokens for c in batch}) > 6


def test_greedy_answers_do_not_depend_on_the_batch(engine: LlamaEngine) -> None:
    texts = [f'{HEAD} "{name}" that returns {name}.\n' for name in ("total", "product", "average")]
    greedy = [Prompt(text, Sampling(0, max_tokens=32), StopWatcher()) for text in texts * 3]
    batch = [c.text for c in answers(engine, greedy)]
    assert batch[:3] == batch[3:6] == batch[6:]
    for text, expected in zip(texts, batch, strict=False):
        single = answers(engine, [Prompt(text, Sampling(0, max_tokens=32), StopWatcher())])
        assert single[0].text == expected


def test_a_common_prompt_is_evaluated_once() -> None:
    with load() as fresh:
        done = answers(fresh, prompts(20))
        length = done[0].prompt_tokens
        assert sum(c.prompt_tokens - c.reused_tokens for c in done) == length + 19
        assert fresh._cache.used_cells <= length + 20 * 24


def test_different_prompts_share_what_they_have_in_common() -> None:
    with load() as fresh:
        asked = [
            Prompt(HEAD + f' "f{i}".\n', Sampling(0, max_tokens=4), NoStop()) for i in range(6)
        ]
        done = answers(fresh, asked)
    shared = len(done[0].tokens) and min(c.reused_tokens for c in done[1:])
    assert shared >= 15
    assert done[0].reused_tokens == 0


def test_more_requests_than_places_all_get_their_answer(engine: LlamaEngine) -> None:
    done = answers(engine, prompts(150, max_tokens=5))
    assert len(done) == 150 and all(c.generated_tokens > 0 for c in done)


def test_requests_wait_for_cells_instead_of_overflowing() -> None:
    with load(ctx=200) as small:
        done = answers(small, prompts(30, max_tokens=60))
        assert all(c.finish_reason in ("length", "eos") for c in done)
        assert small._cache.used_cells <= 200


def test_a_prompt_that_is_known_but_idle_waits_for_its_cells_too() -> None:
    first = Prompt("a = 1\n" * 8, Sampling(3, 1.0, max_tokens=20), NoStop())
    known = Prompt("bb = 22\n" * 9, Sampling(3, 1.0, max_tokens=40), NoStop())
    with load(ctx=128) as small:
        answers(small, [known])
        done = answers(small, [first, known])
    assert all(c.finish_reason in ("length", "eos") for c in done)
    assert done[1].prompt_tokens + 40 > 128 - done[0].prompt_tokens - 20


def test_answers_end_at_their_own_rule_while_others_go_on(engine: LlamaEngine) -> None:
    mixed = [
        Prompt(PROMPT, Sampling(0, max_tokens=100), StopWatcher()),
        Prompt(PROMPT, Sampling(0, max_tokens=3), NoStop()),
        Prompt(PROMPT, Sampling(3, 1.0, max_tokens=60), NoStop()),
    ]
    order = [n for n, item in engine.generate_many(mixed) if isinstance(item, Completion)]
    assert order[0] == 1


def test_a_long_prompt_does_not_hold_up_answers_under_way(engine: LlamaEngine) -> None:
    short = Prompt("x = 1\n", Sampling(3, 1.0, max_tokens=40, seed=5), NoStop())
    long = Prompt("value = 98765\n" * 100, Sampling(0, max_tokens=2), NoStop())
    events = [n for n, item in engine.generate_many([short, long]) if isinstance(item, Chunk)]
    assert 0 in events[: events.index(1)]


def test_stopping_ends_all_answers_with_what_they_have(engine: LlamaEngine) -> None:
    seen: list[int] = []
    done = []
    for number, item in engine.generate_many(prompts(8, 200), lambda: len(seen) > 40):
        if isinstance(item, Completion):
            done.append(item)
        seen.append(number)
    assert len(done) == 8
    assert {c.finish_reason for c in done} <= {"interrupted", "eos"}
    assert any(c.finish_reason == "interrupted" and c.tokens for c in done)


def test_an_abandoned_batch_leaves_the_cache_usable(engine: LlamaEngine) -> None:
    expected = answers(engine, prompts(1, temperature=0))[0].tokens
    stream = engine.generate_many(prompts(10))
    for _ in range(15):
        next(stream)
    stream.close()  # type: ignore[attr-defined]
    assert not any(sequence.in_use for sequence in engine._cache._sequences)
    assert answers(engine, prompts(1, temperature=0))[0].tokens == expected


def test_one_impossible_request_is_refused_before_any_work(engine: LlamaEngine) -> None:
    bad = Prompt(PROMPT, Sampling(max_tokens=4000), NoStop())
    with pytest.raises(ContextFull, match="4000 for the answer"):
        engine.generate_many([*prompts(2), bad])


def test_prompts_are_asked_for_as_there_is_room_and_may_continue_answers() -> None:
    """A second round of prompts is made of the first answers, while others are under way."""
    asked = prompts(70, max_tokens=6)
    done: dict[int, Completion] = {}

    def feed() -> Iterator[Prompt | None]:
        for given, prompt in enumerate(asked):
            assert given - len(done) < 64
            yield prompt
        while len(done) < 70:
            yield None
        for first in range(5):
            text = PROMPT + done[first].text
            yield Prompt(text, Sampling(0, max_tokens=3), NoStop())

    with load(kv_tokens=2048) as engine:
        for number, item in engine.generate_many(feed()):
            if isinstance(item, Completion):
                done[number] = item
        assert sorted(done) == list(range(75))
        for first in range(5):
            assert done[70 + first].reused_tokens >= done[first].prompt_tokens
        assert list(engine.generate_many(iter([None, *asked]))) == []


def test_forgetting_leaves_an_empty_cache() -> None:
    with load() as engine:
        before = answers(engine, prompts(5))
        engine.forget()
        assert engine._cache.used_cells == 0
        again = answers(engine, prompts(5))
    assert [c.reused_tokens for c in again] == [c.reused_tokens for c in before]
    assert [c.logprobs for c in again] == [c.logprobs for c in before]
