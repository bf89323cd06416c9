"""The engine on the packaged model and the real llama.cpp."""

from __future__ import annotations

import signal
import threading
import time
from collections.abc import Iterator

import pytest

from codegen_cli.engine.base import never
from codegen_cli.engine.bindings import log
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.engine.vocabulary import TextStream
from codegen_cli.errors import ContextFull, UsageError
from codegen_cli.interrupt import interruptible
from codegen_cli.program import NoStop, Stopper, StopStrings, StopWatcher
from codegen_cli.registry.find import find_model
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

GREEDY = Sampling(temperature=0, max_tokens=48)
PROMPT = (
    PROGRAM_PREFIX + '# Define a function named "square" that returns the square of a number.\n'
)


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as loaded:
        yield loaded


def answer(
    engine: LlamaEngine,
    prompt: str,
    sampling: Sampling = GREEDY,
    stopper: Stopper | None = None,
) -> tuple[list[Chunk], Completion]:
    items = list(engine.generate(prompt, sampling, stopper or NoStop()))
    chunks = [item for item in items if isinstance(item, Chunk)]
    assert isinstance(items[-1], Completion) and len(chunks) >= len(items) - 1
    return chunks, items[-1]


def test_the_model_writes_the_function_it_was_trained_for(engine: LlamaEngine) -> None:
    _, completion = answer(engine, PROMPT, stopper=StopWatcher())
    assert completion.text.startswith("def square(")
    assert completion.finish_reason in ("stop", "eos")


def test_generation_stops_at_the_rule_not_at_the_limit(engine: LlamaEngine) -> None:
    _, completion = answer(engine, PROMPT, Sampling(temperature=0, max_tokens=500), StopWatcher())
    assert completion.generated_tokens < 100
    assert completion.rule is not None and completion.finish_reason == "stop"


def test_shown_pieces_are_a_prefix_of_the_final_text(engine: LlamaEngine) -> None:
    chunks, completion = answer(engine, PROMPT, stopper=StopWatcher())
    assert completion.text.startswith("".join(chunk.text for chunk in chunks))
    assert len(completion.tokens) == len(completion.logprobs)
    assert all(value <= 0 for value in completion.logprobs)


def test_nothing_that_was_evaluated_is_evaluated_again(engine: LlamaEngine) -> None:
    """Going back to an older text, retrying and branching cost only what is new."""
    base = "# Never seen before, 8152.\n"
    _, cold = answer(engine, base)
    _, warm = answer(engine, base)
    _, longer = answer(engine, base + "y = 1\n")
    answer(engine, "completely different")
    _, back = answer(engine, base)
    assert cold.reused_tokens <= 2
    assert warm.reused_tokens == back.reused_tokens == cold.prompt_tokens - 1
    assert longer.reused_tokens >= cold.prompt_tokens - 1
    assert warm.tokens == back.tokens == cold.tokens


def test_reuse_gives_the_same_greedy_text_as_a_fresh_context(engine: LlamaEngine) -> None:
    prompts = [PROMPT, PROMPT + "def square(n):\n    return", PROGRAM_PREFIX + "# Print 5.\n"]
    reused = [answer(engine, prompt)[1].tokens for prompt in prompts * 2]
    for prompt, tokens in zip(prompts * 2, reused, strict=True):
        with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as fresh:
            assert answer(fresh, prompt)[1].tokens == tokens


def test_a_seed_repeats_and_another_differs(engine: LlamaEngine) -> None:
    hot = [Sampling(temperature=3, top_p=1, max_tokens=30, seed=seed) for seed in (5, 5, 6)]
    first, again, other = (answer(engine, PROMPT, sampling)[1].tokens for sampling in hot)
    assert first == again != other


@pytest.mark.parametrize(
    "narrow", [{"top_k": 1}, {"top_p": 0.0001}, {"min_p": 1.0}, {"temperature": 0}]
)
def test_each_filter_can_leave_only_the_best_token(
    engine: LlamaEngine, narrow: dict[str, float]
) -> None:
    settings = {"temperature": 2.0, "top_p": 1.0, "max_tokens": 12, **narrow}
    sampled = answer(engine, PROMPT, Sampling(**settings))[1].tokens  # type: ignore[arg-type]
    assert sampled == answer(engine, PROMPT, Sampling(temperature=0, max_tokens=12))[1].tokens


def test_the_repetition_penalty_changes_what_was_just_said(engine: LlamaEngine) -> None:
    prompt = "x = [1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,"
    plain = answer(engine, prompt, GREEDY)[1].text
    fined = answer(engine, prompt, Sampling(temperature=0, max_tokens=48, repeat_penalty=5))[1].text
    assert plain != fined


def test_an_overflow_is_refused_with_the_counts(engine: LlamaEngine) -> None:
    with pytest.raises(ContextFull) as caught:
        answer(engine, "x" * 20, Sampling(max_tokens=2047))
    assert "2047 for the answer" in str(caught.value) and "--max-tokens" in str(caught.value)
    with pytest.raises(ContextFull, match="shorten the program"):
        answer(engine, "1 " * 4000)


def test_the_last_token_of_the_context_can_be_used(engine: LlamaEngine) -> None:
    tokens = engine.count(PROMPT)
    room = Sampling(temperature=2, top_p=1, max_tokens=engine.n_ctx - tokens)
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, ctx=tokens + 6)) as small:
        _, completion = answer(small, PROMPT, Sampling(temperature=0, max_tokens=6))
        assert completion.generated_tokens == 6 and completion.finish_reason == "length"
    assert room.max_tokens > 0


def test_user_text_never_becomes_a_control_token(engine: LlamaEngine) -> None:
    vocabulary = engine.vocabulary
    text = "a<|endoftext|>b <|unused_1070|>"
    tokens = vocabulary.tokenize(text)
    assert vocabulary.end_of_text not in tokens
    assert vocabulary.detokenize(tokens) == text
    assert vocabulary.end_of_text in vocabulary.tokenize(text, control_tokens=True)


def test_half_a_character_is_never_shown(engine: LlamaEngine) -> None:
    vocabulary = engine.vocabulary
    tokens = vocabulary.tokenize("数学🙂é")
    stream = TextStream(vocabulary)
    pieces = [stream.feed(token) for token in tokens]
    assert "�" not in "".join(pieces) and "".join(pieces) == "数学🙂é"
    assert "" in pieces
    stream = TextStream(vocabulary)
    assert stream.feed(tokens[0]) + stream.finish() == "�"


def test_no_tokens_at_all_can_be_asked_for(engine: LlamaEngine) -> None:
    _, completion = answer(engine, PROMPT, Sampling(max_tokens=0))
    assert completion.finish_reason == "length" and completion.tokens == ()


def test_an_empty_prompt_can_be_continued(engine: LlamaEngine) -> None:
    assert answer(engine, "")[1].generated_tokens > 0


def test_stop_strings_end_before_their_text(engine: LlamaEngine) -> None:
    _, completion = answer(engine, PROMPT, stopper=StopStrings(["return"]))
    assert "return" not in completion.text and completion.cut.startswith("return")


def test_stopping_while_sampling_keeps_cache_and_tokens_consistent(engine: LlamaEngine) -> None:
    expected = answer(engine, PROMPT)[1].tokens
    answer(engine, "something else")
    items: list[Chunk | Completion] = []
    for item in engine.generate(PROMPT, GREEDY, NoStop(), lambda: len(items) >= 5):
        items.append(item)
    stopped = items[-1]
    assert isinstance(stopped, Completion) and stopped.finish_reason == "interrupted"
    assert stopped.tokens == expected[:5]
    assert answer(engine, PROMPT)[1].tokens == expected


def test_a_long_prompt_is_interrupted_inside_its_evaluation(engine: LlamaEngine) -> None:
    prompt = "value = 12345\n" * 110
    asked = 0

    def stop_after_some_operations() -> bool:
        nonlocal asked
        asked += 1
        return asked > 40

    (stopped,) = engine.generate(
        prompt, Sampling(max_tokens=1), NoStop(), stop_after_some_operations
    )
    assert isinstance(stopped, Completion)
    assert stopped.finish_reason == "interrupted" and stopped.generated_tokens == 0
    assert asked < 200
    _, resumed = answer(engine, prompt, Sampling(temperature=0, max_tokens=4))
    assert resumed.reused_tokens < stopped.prompt_tokens - 512
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as fresh:
        assert answer(fresh, prompt, Sampling(temperature=0, max_tokens=4))[1].tokens == (
            resumed.tokens
        )


def test_ctrl_c_stops_a_real_generation_quickly(engine: LlamaEngine) -> None:
    timer = threading.Timer(0.2, signal.raise_signal, [signal.SIGINT])
    hot = Sampling(temperature=5, top_p=1, max_tokens=1900)
    with interruptible() as should_stop:
        timer.start()
        started = time.perf_counter()
        items = list(engine.generate("# ", hot, NoStop(), should_stop))
    assert isinstance(items[-1], Completion)
    assert items[-1].finish_reason in ("interrupted", "eos")
    assert time.perf_counter() - started < 30
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_the_context_must_suit_the_model() -> None:
    with pytest.raises(UsageError, match="4096"):
        LlamaEngine(find_model("nano"), EngineSettings(ctx=4096))


def test_llama_cpp_logs_to_us_and_not_to_the_screen(
    engine: LlamaEngine, capfd: pytest.CaptureFixture[str]
) -> None:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as loaded:
        answer(loaded, "a = ")
    captured = capfd.readouterr()
    assert captured.out == captured.err == ""
    assert "model buffer size" in log.text()
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1, verbose=True)):
        pass
    log.echo = False
    assert "model buffer size" in capfd.readouterr().err


def test_the_placement_is_the_truth_of_this_machine(engine: LlamaEngine) -> None:
    assert engine.placement.startswith("CPU, 1 thread, kernels: ")
    assert never() is False


def test_a_watcher_hears_how_far_a_long_prompt_is_evaluated(engine: LlamaEngine) -> None:
    engine.forget()
    heard: list[int] = []
    engine.watch(heard.append)
    try:
        answer(engine, "x = 1\n" * 400, Sampling(temperature=0, max_tokens=4))
        long = engine.count("x = 1\n" * 400)
        assert len(heard) > 1 and heard == sorted(heard) and heard[-1] == long
        answer(engine, "y = 2\n", Sampling(temperature=0, max_tokens=4))
        assert heard[-1] == long
    finally:
        engine.watch(lambda _tokens: None)
