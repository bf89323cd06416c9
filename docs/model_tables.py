"""Print the tables of docs/models.md, computed from the recipes; a test compares them.

python docs/model_tables.py
"""

from __future__ import annotations

import sys

from codegen_cli.convert.size import file_bytes, recipe_config, run_bytes
from codegen_cli.registry.recipe import Recipe
from codegen_cli.registry.recipes import recipes

TYPES = ("F16", "Q8_0", "Q5_K_M", "Q4_K_M", "Q2_K")
CONTEXTS = (512, 2048)


def sizes() -> str:
    """Return download and file sizes of each shape."""
    rows = [["model", "weights", "download", *TYPES]]
    for label, recipe in shapes().items():
        config = recipe_config(recipe)
        files = [gigabytes(file_bytes(config, kind)) for kind in TYPES]
        download = recipe.download_bytes
        mark = " (from memory)" if recipe.shape.unchecked else ""
        row = [label + mark, f"{recipe.parameters / 1e9:.2f} B", gigabytes(download), *files]
        rows.append(row)
    return markdown(rows)


def memory() -> str:
    """Return the memory that each shape needs, by type and context."""
    heads = [f"{kind} at {cells}" for kind in TYPES[1:] for cells in CONTEXTS]
    rows = [["model", *heads]]
    for label, recipe in shapes().items():
        config = recipe_config(recipe)
        needs = [run_bytes(config, kind, cells) for kind in TYPES[1:] for cells in CONTEXTS]
        rows.append([label, *map(gigabytes, needs)])
    return markdown(rows)


def scores() -> str:
    """Return the published HumanEval scores that a second source repeats."""
    rows = [["model", "HumanEval pass@1"]]
    for recipe in recipes():
        rows += [[recipe.name, f"{s.pass_at_1:.2f} %"] for s in recipe.scores if s.verified]
    return markdown(rows)


def shapes() -> dict[str, Recipe]:
    """Return one recipe for each shape; NSQL has CodeGen's."""
    found: dict[str, Recipe] = {}
    for recipe in recipes():
        label = recipe.name.rsplit("-", 1)[0] if recipe.architecture == "codegen" else recipe.name
        if label not in ("nsql", *found):
            found[label] = recipe
    return found


def gigabytes(size: int | None) -> str:
    """Show a size."""
    return "?" if size is None else f"{size / 1e9:.2f} GB"


def markdown(rows: list[list[str]]) -> str:
    """Return a Markdown table."""
    head, *body = rows
    lines = [head, ["---"] * len(head), *body]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    sys.stdout.write("\n\n".join((sizes(), memory(), scores())) + "\n")
