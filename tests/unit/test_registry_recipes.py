"""The recipes: complete, consistent, and found by every name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from codegen_cli.errors import ModelNotFound
from codegen_cli.registry.recipe import ARCHITECTURES, Shape, parameters, parse_recipe
from codegen_cli.registry.recipes import find_recipe, parse_source, recipes

SIZES, DATA = ("350M", "2B", "6B", "16B"), ("nl", "multi", "mono")
EXPECTED = {
    *(f"{size}-{data}" for size in SIZES for data in DATA),
    *(f"codegen2-{size}" for size in ("1B", "3.7B", "7B", "16B")),
    *(f"codegen2.5-7B-{data}" for data in ("multi", "mono", "instruct")),
    *(f"nsql-{size}" for size in ("350M", "2B", "6B")),
}


def test_every_known_model_has_a_recipe_and_no_name_means_two() -> None:
    assert {recipe.name for recipe in recipes()} == EXPECTED
    names = [name.lower() for recipe in recipes() for name in dict.fromkeys(recipe.names())]
    assert len(names) == len(set(names))


def test_the_facts_of_a_recipe_hold_together() -> None:
    for recipe in recipes():
        shape = recipe.shape
        assert re.fullmatch(r"[\w.-]+/[\w.-]+", recipe.repo)
        assert shape.width % shape.heads == 0 and shape.context == 2048
        assert shape.rotary is None or shape.rotary <= shape.width // shape.heads
        assert recipe.license in ("bsd-3-clause", "apache-2.0", "research only")
        assert all(0 < score.pass_at_1 < 100 and score.source for score in recipe.scores)
        label = next(part for part in recipe.name.split("-") if part[-1] in "MB")
        weights = float(label[:-1]) * {"M": 1e6, "B": 1e9}[label[-1]]
        # 2B has 2.8 and 6B has 7.1 billion weights; the names are Salesforce's.
        assert 0.98 < recipe.parameters / weights < 1.4, recipe.name


def test_the_paper_names_what_was_checked_twice() -> None:
    verified = {r.name: s.pass_at_1 for r in recipes() for s in r.scores if s.verified}
    assert verified["350M-mono"] == 12.76 and verified["16B-mono"] == 29.28
    assert "2B-nl" not in verified


def test_the_download_of_the_smallest_is_what_the_hub_shows() -> None:
    """pytorch_model.bin of Salesforce/codegen-350M-mono is listed with 797 MB."""
    recipe = find_recipe("350M-mono")
    assert recipe is not None and recipe.download_bytes is not None
    assert round(recipe.download_bytes / 1e6) == 797


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("350M-mono", "350M-mono"),
        ("350m-MONO", "350M-mono"),
        ("codegen-350M-mono", "350M-mono"),
        ("Salesforce/codegen-350M-mono", "350M-mono"),
        ("https://huggingface.co/Salesforce/codegen-350M-mono/", "350M-mono"),
        ("Salesforce/codegen2-3_7B", "codegen2-3.7B"),
        ("Salesforce/codegen2-3_7B_P", "codegen2-3.7B"),
        ("nsql-2b", "nsql-2B"),
    ],
)
def test_a_recipe_is_found_by_each_of_its_names(name: str, expected: str) -> None:
    recipe = find_recipe(name)
    assert recipe is not None and recipe.name == expected
    assert parse_source(name) == (recipe.repo, recipe)


def test_a_hub_id_without_a_recipe_is_taken_as_it_is(tmp_path: Path) -> None:
    assert parse_source("me/mine") == ("me/mine", None)
    assert parse_source("https://hf.co/me/mine") == ("me/mine", None)
    for name in ("350Mmono", "a/b/c", "", str(tmp_path)):
        with pytest.raises(ModelNotFound):
            parse_source(name)


def test_weights_are_counted_by_the_shape_of_the_block() -> None:
    shape = Shape(layers=1, width=2, heads=1, inner=3, vocabulary=5, context=4)
    # embedding 10, head 10 + 5, norm 4; block: norm 4, qkv 12, out 4, MLP 6 + 3 + 6 + 2
    assert parameters("codegen", shape) == 66
    # embedding 10, head 10, norm 2; block: norms 4, attention 16, MLP 18
    assert parameters("codegen25", shape) == 60


def test_an_unknown_kind_of_checkpoint_is_no_recipe() -> None:
    shape = {"layers": 1, "width": 2, "heads": 1, "inner": 3, "vocabulary": 5, "context": 4}
    data = {
        "name": "x",
        "repo": "a/x",
        "revision": "main",
        "architecture": "bloom",
        "family": "Mono",
        "license": "mit",
        "trained_on": "",
        "shape": shape,
    }
    with pytest.raises(KeyError):
        parse_recipe(data)
    for known in ARCHITECTURES:
        assert parse_recipe({**data, "architecture": known}).download_bytes is None
