"""What another model takes over in a chat, and in which order models come and go."""

from __future__ import annotations

from pathlib import Path

import pytest
from fake_chat import FakeEngine, Script, make

from codegen_cli.cli import chat_model
from codegen_cli.cli.chat_model import ModelChoice
from codegen_cli.cli.chat_outside import ChatOutside
from codegen_cli.cli.open_engine import Speculation
from codegen_cli.errors import ModelError, ModelNotFound
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.loop import run_chat
from codegen_cli.settings import EngineSettings, Lora

GUESSING = Speculation(on=True, files=[Path("a.py")], draft=None)


def test_adapters_stay_with_their_model_and_guessing_goes_on() -> None:
    settings = EngineSettings(threads=1, lora=(Lora(Path("a.gguf")),))
    other = ModelChoice("mine", settings, GUESSING).other("nano")
    assert other.settings == EngineSettings(threads=1)
    assert other.speculation == GUESSING
    assert other.notes == ("the adapters belong to the model before and are off",)


def test_a_missing_model_is_named() -> None:
    with pytest.raises(ModelNotFound, match="nanoo"):
        ModelChoice("nano", EngineSettings(), Speculation()).other("nanoo")


class Shelf:
    """Open engines by name; those in `broken` fail."""

    def __init__(self, *broken: str) -> None:
        self.broken = broken
        self.log: list[str] = []

    def open(self, name: str, *_: object) -> FakeEngine:
        name = Path(name).stem.removesuffix("-Q8_0")
        self.log.append(f"open {name}")
        if name in self.broken:
            raise ModelError("no memory")
        engine = FakeEngine()
        engine.close = lambda: self.log.append(f"close {name}")  # type: ignore[method-assign]
        return engine


def switched(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> Chat:
    monkeypatch.setattr(chat_model, "open_engine", shelf.open)
    chat = make(shelf.open("fake"), Script())
    shelf.log.clear()
    choice = ModelChoice("fake.gguf", EngineSettings(), Speculation())
    chat.outside = ChatOutside(choice, keeps=False)
    try:
        chat.outside.open_model(chat, "nano")
    except ModelError as error:
        shelf.log.append(str(error))
    return chat


def test_two_models_are_never_open_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf()
    chat = switched(shelf, monkeypatch)
    assert shelf.log == ["close fake", "open nano"]
    assert not chat.done


def test_the_model_before_is_opened_again(monkeypatch: pytest.MonkeyPatch) -> None:
    shelf = Shelf("nano")
    chat = switched(shelf, monkeypatch)
    assert shelf.log == ["close fake", "open nano", "open fake", "no memory"]
    assert not chat.done


def test_without_any_model_a_chat_ends_and_offers_to_save(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    shelf = Shelf()
    monkeypatch.setattr(chat_model, "open_engine", shelf.open)
    lines = ("Set x.", "/model nano", str(tmp_path / "a.py"))
    engine = FakeEngine("x = 1")
    chat = make(engine, Script(*lines))
    choice = ModelChoice("fake.gguf", EngineSettings(), Speculation())
    chat.outside = ChatOutside(choice, keeps=False)
    shelf.broken = ("nano", "fake")
    run_chat(chat)
    assert shelf.log == ["open nano", "open fake"]
    assert (tmp_path / "a.py").read_text() == "# Set x.\nx = 1\n"
