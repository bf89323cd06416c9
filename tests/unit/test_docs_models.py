"""The tables of docs/models.md are what the recipes give today."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.fixture(scope="module")
def tables() -> ModuleType:
    spec = importlib.util.spec_from_file_location("model_tables", DOCS / "model_tables.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("name", ["sizes", "memory", "scores"])
def test_a_table_is_what_the_recipes_give(tables: ModuleType, name: str) -> None:
    text = (DOCS / "models.md").read_text(encoding="utf-8")
    start = f"<!-- {name}: python docs/model_tables.py -->\n"
    written = text.partition(start)[2].partition("\n<!-- end -->")[0]
    assert written == getattr(tables, name)()
