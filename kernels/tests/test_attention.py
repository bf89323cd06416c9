"""Attention of each instruction set against NumPy, over shapes and masks."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library import Library
from numpy.typing import NDArray

MANY = settings(
    max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

#: Relative to the largest value: sums of float32, in another order than NumPy's float64.
CLOSE = 2e-6

#: 350M, 2B, 6B and 16B, and what is between.
SIZES = [16, 32, 64, 80, 128, 256]

MASKS = ["none", "causal", "apart", "shared", "holes", "random", "values", "nothing"]

shapes = st.fixed_dictionaries(
    {
        "size": st.sampled_from(SIZES),
        "queries": st.one_of(st.integers(1, 9), st.integers(30, 34), st.integers(60, 100)),
        "cells": st.one_of(st.integers(1, 70), st.integers(250, 260)),
        "groups": st.integers(1, 3),
        "shared": st.integers(1, 2),
        "mask": st.sampled_from(MASKS),
        "threads": st.sampled_from([1, 1, 1, 1, 2, 3]),
        "seed": st.integers(0, 2**32),
    }
)


def visible(kind: str, queries: int, cells: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Return which cells each query sees."""
    query, cell = np.arange(queries)[:, None], np.arange(cells)[None]
    if kind == "causal":
        return cell - cells <= query - queries
    if kind == "apart":  # each sequence's cells one after the other, then one of each in turn
        return np.where(cell < cells // 2, cell * queries // cells, cell) % queries == query
    if kind == "shared":  # a prefix that all see
        return (cell < cells * 3 // 4) | (cell % queries == query)
    if kind == "holes":  # whole blocks hidden from all
        return np.broadcast_to(cell // 32 % 2 == 1, (queries, cells))
    if kind == "nothing":
        return (query % 2 == 0) & (cell >= 0)
    return rng.random((queries, cells)) < rng.choice([0.03, 0.5, 0.97])


def a_mask(
    kind: str, queries: int, cells: int, rng: np.random.Generator
) -> NDArray[np.float16] | None:
    if kind == "none":
        return None
    values = rng.standard_normal((queries, cells)) if kind == "values" else 0.0
    return np.where(visible(kind, queries, cells, rng), values, -np.inf).astype(np.float16)


def inputs(shape: dict, rng: np.random.Generator):
    size, groups = shape["size"], shape["groups"]
    q = rng.standard_normal((shape["queries"], groups * shape["shared"], size)) * 3
    k, v = (rng.standard_normal((shape["cells"], groups, size)) for _ in "kv")
    mask = a_mask(shape["mask"], shape["queries"], shape["cells"], rng)
    return q.astype(np.float32), k.astype(np.float16), v.astype(np.float16), mask


def meant(q, k, v, mask, scale: float) -> NDArray[np.float64]:
    """Attention as it is defined; zeros for what sees nothing."""
    shared = q.shape[1] // k.shape[1]
    k, v = (np.repeat(x.astype(np.float64), shared, 1) for x in (k, v))
    scores = np.einsum("qhd,chd->hqc", q.astype(np.float64), k) * scale
    if mask is not None:
        scores = scores + mask.astype(np.float64)
    top = scores.max(-1, keepdims=True)
    weights = np.exp(scores - np.where(np.isinf(top), 0, top))
    total = weights.sum(-1, keepdims=True)
    weights = np.divide(weights, total, out=np.zeros_like(weights), where=total > 0)
    return np.einsum("hqc,chd->qhd", weights, v)


def magnitude(values: NDArray[np.float16]) -> float:
    return float(np.abs(values).max())


@MANY
@given(shape=shapes, data=st.data())
def test_attention_is_what_it_is_defined_as(library: Library, shape: dict, data) -> None:
    rng = np.random.default_rng(shape["seed"])
    kernels = data.draw(st.sampled_from(library.kernels))
    scale = float(np.float32(shape["size"] ** -0.5))
    q, k, v, mask = inputs(shape, rng)
    found = library.attend(kernels, q, k, v, mask, scale, shape["threads"])
    wanted = meant(q, k, v, mask, scale)
    assert np.abs(found - wanted).max() < CLOSE * magnitude(v)


@pytest.mark.parametrize("mask", MASKS)
@pytest.mark.parametrize("size", SIZES)
def test_each_kernel_with_each_mask_and_size(library: Library, size: int, mask: str) -> None:
    shape = {"size": size, "queries": 70, "cells": 133, "groups": 2, "shared": 1, "mask": mask}
    q, k, v, mask_QxC = inputs(shape, np.random.default_rng(size))
    scale = float(np.float32(size**-0.5))
    wanted = meant(q, k, v, mask_QxC, scale)
    for kernels in library.kernels:
        found = library.attend(kernels, q, k, v, mask_QxC, scale, 2)
        assert np.abs(found - wanted).max() < CLOSE * magnitude(v), kernels


@pytest.mark.parametrize("mask", MASKS)
def test_a_query_of_a_short_batch_does_not_depend_on_those_beside_it(
    library: Library, mask: str
) -> None:
    """To the last bit, as with llama.cpp's own: `--strict` relies on it."""
    shape = {"size": 64, "queries": 31, "cells": 133, "groups": 2, "shared": 1, "mask": mask}
    q, k, v, mask_QxC = inputs(shape, np.random.default_rng(4))
    for kernels in library.kernels:
        together = library.attend(kernels, q, k, v, mask_QxC, 0.125, 2)
        for i in range(len(q)):
            row = None if mask_QxC is None else mask_QxC[i : i + 1]
            assert (library.attend(kernels, q[i : i + 1], k, v, row, 0.125) == together[i]).all()


@pytest.mark.parametrize("queries", [1, 40])
def test_scores_far_apart_neither_overflow_nor_vanish(library: Library, queries: int) -> None:
    rng = np.random.default_rng(1)
    q = (rng.standard_normal((queries, 2, 64)) * 1e4).astype(np.float32)
    k, v = (rng.standard_normal((100, 2, 64)).astype(np.float16) for _ in "kv")
    wanted = meant(q, k, v, None, 1.0)
    for kernels in library.kernels:
        found = library.attend(kernels, q, k, v, None, 1.0)
        assert np.abs(found - wanted).max() < 1e-3 * magnitude(v)


@pytest.mark.parametrize("queries", [1, 40])
@pytest.mark.parametrize("where", ["q", "k", "v"])
def test_what_is_not_a_number_is_not_hidden(library: Library, where: str, queries: int) -> None:
    rng = np.random.default_rng(2)
    q = rng.standard_normal((queries, 2, 64)).astype(np.float32)
    k, v = (rng.standard_normal((100, 2, 64)).astype(np.float16) for _ in "kv")
    {"q": q, "k": k, "v": v}[where][0, 1, 5] = np.nan
    for kernels in library.kernels:
        found = library.attend(kernels, q, k, v, None, 0.1)
        assert np.isnan(found[0, 1]).any()
        assert np.isfinite(found[:, 0]).all()


@pytest.mark.parametrize("queries", [1, 40])
def test_cells_that_are_hidden_are_not_read_into_the_outcome(
    library: Library, queries: int
) -> None:
    """A cell that nobody sees may hold anything finite: what was left behind, for one."""
    rng = np.random.default_rng(3)
    q = rng.standard_normal((queries, 2, 64)).astype(np.float32)
    k, v = (rng.standard_normal((100, 2, 64)).astype(np.float16) for _ in "kv")
    mask = np.zeros((queries, 100), np.float16)
    mask[:, 90:] = -np.inf
    for kernels in library.kernels:
        before = library.attend(kernels, q, k, v, mask, 0.1)
        k2, v2 = k.copy(), v.copy()
        k2[90:], v2[90:] = 6e4, -6e4
        assert (library.attend(kernels, q, k2, v2, mask, 0.1) == before).all()
