"""Contexts with and without llama.cpp's flash attention: which there are, and what they compute."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from codegen_cli.engine import context as context_module
from codegen_cli.engine import flash as flash_module
from codegen_cli.engine.base import never
from codegen_cli.engine.bindings import llama
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.listener import Listener
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.model import Model
from codegen_cli.engine.offload import OffloadPlan
from codegen_cli.engine.open_context import open_context
from codegen_cli.engine.prefix_cache import common_prefix
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

NANO = find_model("nano")
WITHOUT = EngineSettings("0", threads=1, flash=False)
PREFIX, ROWS = 130, 24


@dataclass
class Asked:
    """The bindings, which note whether each context was asked to have flash attention."""

    flash: list[bool] = field(default_factory=list)
    failing: int = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(llama(), name)

    def llama_init_from_model(self, model: Any, params: Any) -> Any:
        self.flash.append(params.flash_attn_type != llama().LLAMA_FLASH_ATTN_TYPE_DISABLED)
        if len(self.flash) <= self.failing:
            return None
        return llama().llama_init_from_model(model, params)


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Asked:
    """Note what contexts are asked for; no model is tiny."""
    monkeypatch.setattr(flash_module, "TINY", 0)
    found = Asked()
    monkeypatch.setattr(context_module, "llama", lambda: found)
    return found


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        (EngineSettings("0"), False),
        (EngineSettings("0", strict=True), True),
        (EngineSettings("0", kv_tokens=4096), True),
        (EngineSettings("0", strict=True, exact=True), False),
    ],
)
def test_the_settings_reach_the_context(
    asked: Asked, settings: EngineSettings, expected: bool
) -> None:
    LlamaEngine(NANO, settings).close()
    assert asked.flash == [expected]


def test_a_draft_model_is_asked_about_for_itself(asked: Asked) -> None:
    with LlamaEngine(NANO, EngineSettings("0")) as engine:
        engine.draft_with_model(NANO)
    assert asked.flash == [False, False]


def test_the_packaged_model_has_it() -> None:
    assert not differences(EngineSettings("0", threads=1)).any()


def test_a_move_to_the_cpu_asks_anew(asked: Asked) -> None:
    asked.failing = 1
    model = Model(NANO, EngineSettings("0"), 1, listener=Listener(warn=ignore))
    model.plan = OffloadPlan(7, per_device=(7,))
    open_context(model, 64, 1).close()
    model.close()
    assert asked.flash == [True, False]


def ignore(_text: str) -> None:
    return


def differences(settings: EngineSettings) -> NDArray[np.float32]:
    """Return how far the logits of tokens are that are evaluated together and one by one."""
    model = Model(NANO, settings, 1)
    context = open_context(model, 512, 1, sequences=2)
    tokens = [7 * i % 500 + 1 for i in range(PREFIX + ROWS)]
    try:
        together, alone = (rows(context, s, tokens, step) for s, step in ((0, ROWS), (1, 1)))
    finally:
        context.close()
        model.close()
    return together - alone


def rows(context: Context, sequence: int, tokens: list[int], step: int) -> NDArray[np.float32]:
    """Return the logits of the last tokens, evaluated some at a time."""
    entries = [Entry(t, i, sequence, i >= PREFIX) for i, t in enumerate(tokens)]
    context.decode(entries[:PREFIX], never)
    found = []
    for start in range(PREFIX, len(tokens), step):
        context.decode(entries[start : start + step], never)
        found += [context.logits_V(i).copy() for i in range(step)]
    return np.stack(found)


def test_without_it_rows_differ_by_rounding_alone() -> None:
    assert np.abs(differences(WITHOUT)).max() < 0.5


def test_a_strict_engine_computes_rows_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(flash_module, "TINY", 0)
    assert not differences(EngineSettings("0", threads=1, strict=True)).any()


@pytest.fixture
def plain() -> Iterator[LlamaEngine]:
    with LlamaEngine(NANO, WITHOUT) as engine:
        yield engine


def test_undo_and_branches_find_their_tokens_without_it(plain: LlamaEngine) -> None:
    """The count of new tokens is as predicted, and the numbers are those of an empty cache."""
    draw, lines, known = random.Random(5), [""], list[list[int]]()
    with LlamaEngine(NANO, WITHOUT) as fresh:
        for _ in range(40):
            line = draw.choice(lines)
            text = f"{line}# Print {draw.randrange(9)}.\nprint({draw.randrange(9)})\n\n"
            lines = [*lines[-5:], text]
            tokens = plain.vocabulary.prompt(text)
            answer = complete(plain, text)
            shared = [common_prefix(other, tokens[:-1]) for other in known]
            assert answer.reused_tokens == max(shared, default=0)
            known.append(tokens)
            fresh.forget()
            assert answer.logprobs == pytest.approx(complete(fresh, text).logprobs, abs=0.1)


def complete(engine: LlamaEngine, prompt: str) -> Completion:
    *_, last = engine.generate(prompt, Sampling(temperature=0, max_tokens=1), NoStop())
    assert isinstance(last, Completion)
    return last
