"""The recipes that come with the project: sizes computed from shapes, nothing allocated."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from codegen_cli.errors import UsageError
from models.train.memory import memory_of
from models.train.overrides import changed, overridden
from models.train.recipe import RECIPES, read_recipe, recipe_of

GIB = 2**30

#: Parameters (transformers' CodeGenForCausalLM counts the same), and GiB on one device with one
#: sequence a group: weights and moments, and with gradients and activations.
PAPER = {
    "350M": (356_712_448, 3.99, 5.78),
    "2B": (2_779_356_160, 31.06, 42.12),
    "6B": (7_064_213_504, 19.74, 26.93),
    "16B": (16_032_155_648, 44.79, 60.62),
}


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_models_have_their_size(name: str) -> None:
    recipe = read_recipe(name)
    training = recipe.stages[-1].training
    memory = memory_of(recipe.model, training, training.batch // training.accumulate)
    parameters, state, total = PAPER[name]
    assert memory.parameters == recipe.model.parameters == parameters
    assert memory.state / GIB == pytest.approx(state, abs=0.01)
    assert memory.total / GIB == pytest.approx(total, abs=0.01)
    assert [stage.name for stage in recipe.stages] == ["nl", "multi", "mono"]


@pytest.mark.parametrize("path", sorted(RECIPES.glob("*.toml")), ids=lambda path: path.stem)
def test_every_recipe_can_be_read(path: Path) -> None:
    assert read_recipe(str(path)).name == path.stem


TABLE: dict[str, Any] = {
    "model": {"layers": 1, "width": 16, "heads": 4, "rotary": 2, "vocab": 8, "context": 16},
    "training": {"steps": 3, "batch": 2, "sequence": 8, "learning_rate": 1},
    "stage": {"a": {}, "b": {"steps": 5, "data": "rows"}},
}


def test_stages_share_settings_and_have_their_own() -> None:
    first, second = recipe_of(TABLE, "x").stages
    assert (first.training.steps, second.training.steps) == (3, 5)
    assert (first.data, second.data) == ("", "rows")
    assert first.training.learning_rate == 1.0


@pytest.mark.parametrize(
    ("where", "change", "word"),
    [
        ("training", {"setps": 3}, "setps"),
        ("training", {"steps": "3"}, "type int"),
        ("training", {"sequence": 32}, "context"),
        ("training", {"accumulate": 3}, "divide"),
        ("training", {"dtype": "float16"}, "float16"),
        ("training", {"model_parallel": 3}, "1, 2 or 4"),
        ("training", {"warmup": 9}, "warmup"),
        ("training", {"batch": 0}, "positive"),
        ("model", {"depth": 3}, "depth"),
        ("model", {"heads": 5}, "heads"),
    ],
)
def test_wrong_settings_are_named(where: str, change: dict[str, Any], word: str) -> None:
    with pytest.raises(UsageError, match=word):
        recipe_of({**TABLE, where: {**TABLE[where], **change}}, "x")


def test_a_recipe_without_stages_or_file_is_refused() -> None:
    with pytest.raises(UsageError, match="no stage"):
        recipe_of({**TABLE, "stage": {}}, "x")
    with pytest.raises(UsageError, match="350M"):
        read_recipe("nothing")


def test_settings_change_on_the_command_line() -> None:
    recipe = overridden(recipe_of(TABLE, "x"), ["steps=7", "scan=true", "dtype=bfloat16"])
    assert {(s.training.steps, s.training.scan) for s in recipe.stages} == {(7, True)}
    for pair in ("steps", "stepz=1", "steps=x", "scan=perhaps", "steps=0"):
        with pytest.raises(UsageError):
            changed(recipe.stages[0].training, [pair])
