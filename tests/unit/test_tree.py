"""House rules that a reader relies on: layers, who may import what, the size of files."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import codegen_cli

PACKAGE = Path(codegen_cli.__file__).parent

#: Top to bottom: a file imports only from its own layer or from below.
LAYERS = [
    {"__main__"},
    {"cli"},
    {"repl", "bench", "evaluation", "quality", "pull"},
    {"sessions"},
    {"synthesis"},
    {"convert"},
    {"engine"},
    {"registry", "hub"},
    {"sandbox"},
    {"program"},
    {"files", "hardware", "highlight", "interrupt", "lock"},
    {"console", "paths", "settings"},
    {"errors", "__init__"},
]

#: Packages that only one place may import.
HOMES = {
    "typer": ("cli/",),
    "prompt_toolkit": ("repl/",),
    "llama_cpp": ("engine/bindings.py",),
    "gguf": ("convert/",),
    "huggingface_hub": ("hub/",),
    "matplotlib": ("bench/", "evaluation/report/plots/", "quality/plot.py"),
    "torch": ("engine/hf/",),
    "transformers": ("engine/hf/",),
    "ray": ("evaluation/ray_cluster.py",),
    "pygments": ("highlight.py",),
    "sqlite3": ("sessions/database.py",),
}

_MOST_LINES = 300


def sources() -> list[Path]:
    return sorted(PACKAGE.rglob("*.py"))


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def layer(name: str) -> int:
    return next(i for i, names in enumerate(LAYERS) if name in names)


def part(path: Path) -> str:
    relative = path.relative_to(PACKAGE)
    return relative.parts[0].removesuffix(".py")


def test_imports_point_only_downwards() -> None:
    wrong = []
    for path in sources():
        for module in imports(path):
            names = module.split(".")
            if names[0] == "codegen_cli" and len(names) > 1 and layer(names[1]) < layer(part(path)):
                wrong.append(f"{path.relative_to(PACKAGE)} imports {module}")
    assert wrong == []


def test_every_foreign_package_has_its_home() -> None:
    wrong = []
    for path in sources():
        place = path.relative_to(PACKAGE).as_posix()
        for module in imports(path):
            homes = HOMES.get(module.split(".")[0])
            if homes and not place.startswith(homes):
                wrong.append(f"{place} imports {module}")
    assert wrong == []


def test_no_file_grows_into_a_god_file() -> None:
    lengths = {p.name: len(p.read_text(encoding="utf-8").splitlines()) for p in sources()}
    assert {name: count for name, count in lengths.items() if count > _MOST_LINES} == {}
