"""How clear steps are to the packaged model, and what reading them costs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.errors import CodegenError
from codegen_cli.program import NoStop, Program, wrap
from codegen_cli.registry.find import find_model
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.settings import EngineSettings, Sampling
from codegen_cli.synthesis.calibrations import (
    calibration_path,
    load_calibration,
    save_calibration,
)
from codegen_cli.synthesis.clarity import Calibration, Counts, read_step, step_perplexity

HALF = (Counts(1, 1), Counts(1, 1), Counts(1, 0))
CALIBRATION = Calibration(5, 10, 0.7, 0.6, 0.8, HALF, HALF, 20)
PLAIN = 'Print the variable "x".'


@pytest.fixture(scope="module")
def engine() -> Iterator[LlamaEngine]:
    with LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as loaded:
        yield loaded


def test_a_step_like_those_it_was_trained_on_is_less_surprising(engine: LlamaEngine) -> None:
    before = Program().text + "x = 3\n\n"
    plain = step_perplexity(engine, before, wrap(PLAIN))
    odd = step_perplexity(engine, before, wrap("Whither the gazebo, verily purple."))
    assert plain * 5 < odd


def test_the_answer_goes_on_from_what_was_read(engine: LlamaEngine) -> None:
    engine.forget()
    prompt = Program().prompt(PLAIN)
    reading = read_step(engine, prompt, PLAIN, CALIBRATION)
    assert reading.perplexity == pytest.approx(step_perplexity(engine, Program().text, wrap(PLAIN)))
    *_, answer = engine.generate(prompt, Sampling(max_tokens=1), NoStop())
    assert isinstance(answer, Completion)
    assert answer.reused_tokens == answer.prompt_tokens - 1


def test_only_the_new_step_is_evaluated(engine: LlamaEngine) -> None:
    """Reading a second step after a program costs that step's tokens."""
    engine.forget()
    program = Program()
    read_step(engine, program.prompt(PLAIN), PLAIN, CALIBRATION)
    tokens = engine.vocabulary.prompt(program.prompt("Print 3."))
    assert engine._cache.common(tokens) >= engine.count(program.text)


def test_a_vague_step_comes_with_its_parts(engine: LlamaEngine) -> None:
    step = "Whither the gazebo; print verily purple."
    reading = read_step(engine, Program().prompt(step), step, CALIBRATION)
    assert reading.grade == "vague"
    assert reading.parts == ("Whither the gazebo.", "Print verily purple.")


def test_a_calibration_is_found_by_the_hash_of_the_model(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert load_calibration("0" * 64) is None
    saved = save_calibration("0" * 64, CALIBRATION, {"model": "any"})
    assert json.loads(saved.read_text(encoding="utf-8"))["model"] == "any"
    assert load_calibration("0" * 64) == CALIBRATION


@pytest.mark.parametrize("text", ["", "[]", '{"calibration": {"clear": 1}}'])
def test_a_damaged_calibration_is_one_line(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = calibration_path("1" * 64)
    path.parent.mkdir(parents=True)
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CodegenError, match="is not a calibration"):
        load_calibration("1" * 64)


def test_the_packaged_model_has_its_calibration(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    found = load_calibration(model_sha256(find_model("nano")))
    assert found is not None
    assert found.clear < found.vague
