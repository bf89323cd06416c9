"""When a chat grades steps: only with grades that tell, of the very model that is asked."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from scripted import INFO

from codegen_cli.engine.base import never
from codegen_cli.engine.records import AdapterInfo, ModelInfo, Score
from codegen_cli.errors import Interrupted
from codegen_cli.program import Program
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.repl.clarity import Clarity
from codegen_cli.synthesis.calibrations import calibration_path, save_calibration
from codegen_cli.synthesis.clarity import Calibration, Counts, Reading

HALF = (Counts(1, 1), Counts(1, 1), Counts(1, 0))
GOOD = Calibration(1.5, 2.5, 0.7, 0.6, 0.8, HALF, HALF, 20)
STEP = "Sort x and print x."


class Letters:
    def tokenize(self, text: str) -> list[int]:
        return [ord(letter) for letter in text]

    prompt = tokenize

    def piece(self, token: int) -> bytes:
        return chr(token).encode()


@dataclass
class ReadingEngine:
    """Find every token of a step as likely as one of three."""

    info: ModelInfo
    scored: list[tuple[list[int], list[int]]] = field(default_factory=list)
    vocabulary: Letters = field(default_factory=Letters)

    def score_tokens(self, spans: list[tuple[list[int], list[int]]], _stop: object) -> list[Score]:
        self.scored += spans
        return [Score(tuple(tokens), (-1.0986123,) * len(tokens)) for _, tokens in spans]


@pytest.fixture
def model(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> ModelInfo:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    path = tmp_path / "model.gguf"
    path.write_bytes(b"weights")
    return replace(INFO, path=str(path))


def read(engine: ReadingEngine, clarity: Clarity | None = None) -> Reading | None:
    prompt = Program().prompt(STEP)
    return (clarity or Clarity()).read(engine, prompt, STEP, never)  # type: ignore[arg-type]


def fitted(model: ModelInfo, calibration: Calibration = GOOD) -> ModelInfo:
    save_calibration(model_sha256(Path(model.path)), calibration, {})
    return model


def test_only_the_comment_of_the_step_is_scored(model: ModelInfo) -> None:
    engine = ReadingEngine(fitted(model))
    found = read(engine)
    assert found is not None
    assert (found.grade, found.perplexity) == ("vague", pytest.approx(3))
    assert found.parts == ("Sort x.", "Print x.")
    ((before, step),) = engine.scored
    assert bytes(before).decode() == Program().text
    assert bytes(step).decode() == f"# {STEP}\n"


def test_a_model_that_nobody_fitted_gets_no_grade(model: ModelInfo) -> None:
    engine = ReadingEngine(model)
    assert read(engine) is None
    assert engine.scored == []


def test_grades_that_do_not_tell_are_off(model: ModelInfo) -> None:
    assert read(ReadingEngine(fitted(model, replace(GOOD, auroc=0.55)))) is None


def test_an_adapter_makes_it_another_model(model: ModelInfo) -> None:
    with_adapter = replace(fitted(model), adapters=(AdapterInfo("a.gguf", 1.0, 2),))
    assert read(ReadingEngine(with_adapter)) is None


def test_another_model_has_its_own_grades(model: ModelInfo, tmp_path: Path) -> None:
    other = tmp_path / "other.gguf"
    other.write_bytes(b"other weights")
    clarity = Clarity()
    assert read(ReadingEngine(fitted(model)), clarity) is not None
    assert read(ReadingEngine(replace(model, path=str(other))), clarity) is None
    assert read(ReadingEngine(model), clarity) is not None


def test_a_damaged_file_is_said_once_and_means_no_grades(
    model: ModelInfo, capsys: pytest.CaptureFixture[str]
) -> None:
    path = calibration_path(model_sha256(Path(model.path)))
    path.parent.mkdir(parents=True)
    path.write_text("{", encoding="utf-8")
    clarity = Clarity()
    assert read(ReadingEngine(model), clarity) is read(ReadingEngine(model), clarity) is None
    assert capsys.readouterr().err.count("is not a calibration") == 1


def test_a_chat_that_drops_the_adapter_grades_again(model: ModelInfo) -> None:
    clarity = Clarity()
    adapted = replace(fitted(model), adapters=(AdapterInfo("a.gguf", 1.0, 2),))
    assert read(ReadingEngine(adapted), clarity) is None
    assert read(ReadingEngine(model), clarity) is not None


def test_ctrl_c_stops_the_hash_of_the_model_and_the_next_step_is_graded(model: ModelInfo) -> None:
    engine, clarity = ReadingEngine(fitted(model)), Clarity()
    with pytest.raises(Interrupted):
        clarity.read(engine, Program().prompt(STEP), STEP, lambda: True)  # type: ignore[arg-type]
    assert read(engine, clarity)
