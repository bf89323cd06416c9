"""The engine on transformers: against `generate`, against itself in batches, against llama.cpp."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from hf import converted, torch, transformers
from hf_folders import ARCHITECTURES, CONTEXT, PROMPTS, complete_all, open_folder, write_model

from codegen_cli.engine.base import Prompt
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.engine.transformers_engine import TransformersEngine
from codegen_cli.errors import ContextFull, UsageError
from codegen_cli.program import NoStop, StopStrings, StopWatcher
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

GREEDY = Sampling(temperature=0, max_tokens=24)
WARM = Sampling(temperature=0.8, max_tokens=24)


@pytest.fixture(scope="module", params=ARCHITECTURES)
def folder(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_model(tmp_path_factory.mktemp("models") / request.param, request.param)


@pytest.fixture(scope="module")
def engine(folder: Path) -> Iterator[TransformersEngine]:
    with open_folder(folder) as loaded:
        yield loaded


def test_greedy_answers_are_those_of_generate(engine: TransformersEngine, folder: Path) -> None:
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    for text in PROMPTS:
        ids = tokenizer(text, return_tensors="pt")
        with torch.inference_mode():
            out = model.generate(**ids, do_sample=False, max_new_tokens=24, pad_token_id=0)
        expected = out[0, ids["input_ids"].shape[1] :].tolist()
        [answer] = complete_all(engine, [Prompt(text, GREEDY, NoStop())])
        assert list(answer.tokens) == expected
        assert answer.prompt_tokens == ids["input_ids"].shape[1]
        ended = expected[-1] == model.config.eos_token_id
        shown = expected[:-1] if ended else expected
        assert answer.text == tokenizer.decode(shown) and (answer.finish_reason == "eos") == ended


@pytest.mark.parametrize("sampling", [GREEDY, WARM], ids=["greedy", "warm"])
def test_a_batch_answers_as_each_prompt_alone(
    engine: TransformersEngine, sampling: Sampling
) -> None:
    """Left padding, twin prompts and rows that end early change nothing."""
    texts = [*PROMPTS, PROMPTS[1], PROMPTS[0]]
    settings = [replace(sampling, seed=i, max_tokens=24 - 3 * i) for i in range(len(texts))]

    def prompts() -> list[Prompt]:
        return [Prompt(t, s, NoStop()) for t, s in zip(texts, settings, strict=True)]

    together = complete_all(engine, prompts())
    for prompt, answer in zip(prompts(), together, strict=True):
        [alone] = complete_all(engine, [prompt])
        assert (answer.tokens, answer.text) == (alone.tokens, alone.text)
        assert answer.logprobs == pytest.approx(alone.logprobs, abs=1e-4)
    assert len({answer.tokens[:8] for answer in together}) >= 4
    assert [a.reused_tokens > 0 for a in together] == [False] * 4 + [True] * 2


def test_small_batches_answer_as_a_large_one(engine: TransformersEngine, folder: Path) -> None:
    prompts = [Prompt(text, replace(WARM, seed=7), StopWatcher()) for text in PROMPTS]
    with open_folder(folder, kv_tokens=80) as narrow, open_folder(folder, strict=True) as strict:
        answers = [complete_all(e, prompts_again(prompts)) for e in (engine, narrow, strict)]
    assert [[a.tokens for a in some] for some in answers] == [[a.tokens for a in answers[0]]] * 3


def prompts_again(prompts: list[Prompt]) -> list[Prompt]:
    """Return the same prompts with fresh stoppers."""
    return [Prompt(p.text, p.sampling, type(p.stopper)()) for p in prompts]


def test_a_seed_gives_the_same_text_and_another_seed_another(engine: TransformersEngine) -> None:
    first, again, other = (
        complete_all(engine, [Prompt(PROMPTS[0], replace(WARM, seed=seed), NoStop())])[0]
        for seed in (1, 1, 2)
    )
    assert first.tokens == again.tokens != other.tokens


def test_a_stop_rule_ends_an_answer_and_cuts_it(engine: TransformersEngine) -> None:
    [whole] = complete_all(engine, [Prompt(PROMPTS[1], GREEDY, NoStop())])
    stop = whole.text[6:8]
    [answer] = complete_all(engine, [Prompt(PROMPTS[1], GREEDY, StopStrings([stop]))])
    assert answer.text == whole.text[: whole.text.index(stop)]
    assert (answer.finish_reason, answer.rule) == ("stop", stop)
    assert len(answer.tokens) < len(whole.tokens)


def test_chunks_are_the_text_as_it_comes(engine: TransformersEngine) -> None:
    *chunks, last = engine.generate(PROMPTS[0], WARM, NoStop())
    assert isinstance(last, Completion) and all(isinstance(c, Chunk) for c in chunks)
    assert last.text.startswith("".join(c.text for c in chunks if isinstance(c, Chunk)))
    assert len(chunks) == len(last.tokens) == 24


def test_ctrl_c_ends_answers_under_way_and_begins_no_more(folder: Path) -> None:
    steps = iter(range(10_000))
    with open_folder(folder, kv_tokens=60) as engine:
        prompts = [Prompt(text, WARM, NoStop()) for text in PROMPTS]
        answers = complete_all(engine, prompts, should_stop=lambda: next(steps) >= 10)
    assert [a.finish_reason for a in answers] == ["interrupted"] * len(answers)
    assert 1 <= len(answers) < len(prompts)
    assert 0 < len(answers[0].tokens) < 24


def test_what_does_not_fit_is_refused_before_any_work(engine: TransformersEngine) -> None:
    with pytest.raises(ContextFull, match=f"the context has {CONTEXT}"):
        engine.generate("x " * 20, Sampling(max_tokens=CONTEXT - 10), NoStop())
    with pytest.raises(ContextFull, match="to score"):
        engine.score([("x", "y " * CONTEXT)])


def test_an_answer_may_fill_the_context_to_the_last_token(engine: TransformersEngine) -> None:
    room = CONTEXT - engine.count("x")
    [answer] = complete_all(engine, [Prompt("x", replace(GREEDY, max_tokens=room), NoStop())])
    assert len(answer.tokens) == room or answer.finish_reason == "eos"


def test_an_empty_prompt_continues_the_end_of_a_text(engine: TransformersEngine) -> None:
    [answer] = complete_all(engine, [Prompt("", GREEDY, NoStop())])
    assert answer.prompt_tokens == 1 and answer.tokens


def test_what_the_model_says_of_itself(engine: TransformersEngine, folder: Path) -> None:
    info = engine.info
    model = transformers.AutoModelForCausalLM.from_pretrained(folder)
    assert (info.name, info.path, info.family) == (folder.name, str(folder), folder.name)
    assert (info.n_vocab, info.n_layer, info.n_ctx_train) == (400, 2, CONTEXT)
    assert info.parameters == sum(p.numel() for p in model.parameters())
    assert (info.file_type, info.size) == ("F32", (folder / "model.safetensors").stat().st_size)
    assert engine.placement == f"CPU, 1 thread, computing in F32 (torch {torch.__version__})"


def test_options_of_the_other_engine_are_refused(folder: Path) -> None:
    for settings in (EngineSettings("3"), EngineSettings(tensor_split=(0.5, 0.5))):
        with pytest.raises(UsageError, match="one device"):
            TransformersEngine(folder, settings)
    with pytest.raises(UsageError, match="--ctx 9999"):
        TransformersEngine(folder, EngineSettings(gpu_layers="0", ctx=9999))


STEPS = (
    'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".',
    'Define a function named "is_prime" that checks if a number is prime.',
    'Define a function named "square" that returns the square of a number.',
    'Create an empty dictionary and store it in "ages".',
)


def check_same_as_gguf(folder: Path, path: Path, texts: list[str], sampling: Sampling) -> None:
    def prompts() -> list[Prompt]:
        return [Prompt(text, sampling, NoStop()) for text in texts]

    settings = EngineSettings(gpu_layers="0", threads=1, exact=True)
    with LlamaEngine(path, settings) as gguf, open_folder(folder) as engine:
        theirs, ours = complete_all(gguf, prompts()), complete_all(engine, prompts())
    for left, right in zip(ours, theirs, strict=True):
        assert left.tokens == right.tokens and left.prompt_tokens == right.prompt_tokens
        assert left.text == right.text and left.finish_reason == right.finish_reason
        # What is left is llama.cpp's GELU table of 16-bit floats.
        assert left.logprobs == pytest.approx(right.logprobs, abs=0.03)


def test_codegen_answers_as_our_gguf_engine(tmp_path: Path) -> None:
    """A seed of the weights without near ties: 96 tokens, all the same."""
    folder = write_model(tmp_path / "codegen", "codegen", seed=4)
    check_same_as_gguf(folder, converted(folder, tmp_path / "m.gguf"), list(PROMPTS), GREEDY)


def test_the_trained_checkpoint_answers_as_our_gguf_engine(tmp_path: Path, nano: Path) -> None:
    texts = [f"{PROGRAM_PREFIX}# {step}\n" for step in STEPS]
    path = converted(nano, tmp_path / "m.gguf")
    check_same_as_gguf(nano, path, texts, replace(GREEDY, max_tokens=64))


def test_prompts_are_asked_for_when_there_is_room(folder: Path) -> None:
    """A later prompt may continue an earlier answer, and a pause with nothing under way ends."""
    texts: list[str] = []

    def prompts() -> Iterator[Prompt | None]:
        yield Prompt(PROMPTS[0], WARM, NoStop())
        yield None
        yield Prompt(PROMPTS[0] + texts[0], WARM, NoStop())
        yield None
        yield None
        raise AssertionError("asked again although there was none")

    with open_folder(folder) as engine:
        for _, item in engine.generate_many(prompts()):
            if isinstance(item, Completion):
                texts.append(item.text)
        [second] = complete_all(engine, [Prompt(PROMPTS[0] + texts[0], WARM, NoStop())])
    assert texts[1:] == [second.text]
