"""A recipe: what is known of a released checkpoint before anything is downloaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

#: Kinds of checkpoint; `codegen convert` reads them all.
ARCHITECTURES = ("codegen", "codegen2", "codegen25")

_BYTES = {"F32": 4, "F16": 2, "BF16": 2}


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes in elements; `unchecked` says why they may be wrong, None that they were checked.

    `rotary` is None where nothing needs it.
    """

    layers: int
    width: int
    heads: int
    inner: int
    vocabulary: int
    context: int
    rotary: int | None = None
    unchecked: str | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """A published score: percent, where it stands, and whether a second source repeats it."""

    benchmark: str
    pass_at_1: float
    source: str
    verified: bool


@dataclass(frozen=True, slots=True)
class Recipe:
    """A checkpoint on the Hub, under the name that users give.

    `also` are further names, `masks` says that the download holds the causal masks of all layers.
    """

    name: str
    repo: str
    revision: str
    architecture: str
    family: str
    license: str
    trained_on: str
    shape: Shape
    also: tuple[str, ...] = ()
    license_unchecked: str | None = None
    weights: str | None = None
    masks: bool = False
    scores: tuple[Score, ...] = ()

    @property
    def parameters(self) -> int:
        """Count the trained weights."""
        return parameters(self.architecture, self.shape)

    @property
    def download_bytes(self) -> int | None:
        """Return the size of the download, computed from the shape; None where it is unknown."""
        if self.weights is None:
            return None
        masks = self.shape.layers * self.shape.context**2 if self.masks else 0
        return _BYTES[self.weights] * self.parameters + masks

    def names(self) -> tuple[str, ...]:
        """Return every name of the checkpoint, the recipe's own first."""
        return (self.name, self.repo, self.repo.partition("/")[2], *self.also)


def parameters(architecture: str, shape: Shape) -> int:
    """Count the weights of a shape, for any kind of checkpoint."""
    e, f, v = shape.width, shape.inner, shape.vocabulary
    if architecture == "codegen25":  # LLaMA's block: no biases, three matrices in the MLP
        return shape.layers * (4 * e * e + 3 * e * f + 2 * e) + e + 2 * v * e
    block = 4 * e * e + 2 * e * f + f + e + 2 * e
    return shape.layers * block + 2 * e + 2 * v * e + v


def parse_recipe(data: Mapping[str, Any]) -> Recipe:
    """Return the recipe that a TOML table holds; KeyError and TypeError where it is wrong."""
    known = {key: value for key, value in data.items() if key not in ("shape", "download")}
    known |= {
        "shape": Shape(**data["shape"]),
        "also": tuple(data.get("also", ())),
        "scores": tuple(Score(**score) for score in data.get("scores", ())),
    }
    recipe = Recipe(**known, **data.get("download", {}))
    if recipe.architecture not in ARCHITECTURES:
        raise KeyError(recipe.architecture)
    return recipe
