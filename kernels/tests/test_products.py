"""Each kernel on each type against NumPy and against plain C++, over shapes and alignments."""

from __future__ import annotations

import numpy as np
import pytest
from blocks import TYPES, meaning, quantized, random_rows, sizes
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from library import Library
from numpy.typing import NDArray

MANY = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
#: Relative to the sum of magnitudes: float32 adds in another order than NumPy's float64.
CLOSE = 3e-6

shapes = st.fixed_dictionaries(
    {
        "n": st.integers(1, 100),
        "blocks": st.integers(1, 9),
        "rows": st.one_of(st.integers(1, 14), st.integers(90, 100), st.integers(255, 260)),
        "gap": st.integers(0, 5),
        "shift": st.integers(0, 3),
        # Rarely several: where cores are busy, threads wait for each other.
        "threads": st.sampled_from([1, 1, 1, 1, 2, 3]),
        "seed": st.integers(0, 2**32),
    }
)


def own_name(type_: str) -> str:
    return {"F32": "f32", "F16": "f16"}.get(type_, type_.replace("Q", "q", 1))


def spread(
    rows: int, k: int, gap: int, shift: int, rng: np.random.Generator
) -> NDArray[np.float32]:
    """Return rows with a gap between them, the first one at any multiple of 4 bytes."""
    room = np.full(rows * (k + gap) + shift + gap, np.nan, np.float32)
    x = np.lib.stride_tricks.as_strided(room[shift:], (rows, k), ((k + gap) * 4, 4))
    x[:] = rng.standard_normal((rows, k)) * 10.0 ** rng.integers(-3, 4, (rows, 1))
    return x


def product(library: Library, kernels: str, type_: str, shape: dict[str, int]):
    depth = max(sizes(type_)[0], 1 if type_.startswith("F") else 32)
    k, n = shape["blocks"] * (depth if depth > 1 else 37), shape["n"]
    rng = np.random.default_rng(shape["seed"])
    rows = random_rows(type_, n, k, rng)
    x = spread(shape["rows"], k, shape["gap"], shape["shift"], rng)
    packed = library.packed(own_name(type_), k, n)
    library.pack(own_name(type_), k, n, packed, rows)
    y = library.multiply(kernels, own_name(type_), n, packed, x, shape["threads"])
    return y, rows, x


@pytest.mark.parametrize("type_", TYPES)
def test_kernels_multiply_what_the_file_says(library: Library, type_: str) -> None:
    @MANY
    @given(shape=shapes, choice=st.sampled_from(library.kernels))
    def check(shape: dict[str, int], choice: str) -> None:
        y, rows, x = product(library, choice, type_, shape)
        w = meaning(type_, rows)
        seen = x.astype(np.float64) if type_.startswith("F") else quantized(x)
        magnitude = np.abs(seen) @ np.abs(w.T) + 1e-30
        assert (np.abs(y - seen @ w.T) / magnitude).max() < CLOSE

    check()


@pytest.mark.parametrize("type_", TYPES)
def test_kernels_agree_with_plain_code(library: Library, type_: str) -> None:
    @MANY
    @given(shape=shapes, choice=st.sampled_from(library.kernels))
    def check(shape: dict[str, int], choice: str) -> None:
        y, rows, x = product(library, choice, type_, shape)
        plain, *_ = product(library, "scalar", type_, shape)
        w = np.abs(meaning(type_, rows))
        magnitude = np.abs(x).astype(np.float64) @ w.T + np.abs(x).max() * w.max() + 1e-30
        assert (np.abs(y - plain) / magnitude).max() < CLOSE

    check()


@pytest.mark.parametrize("type_", TYPES)
def test_a_row_does_not_depend_on_those_beside_it(library: Library, type_: str) -> None:
    """To the last bit: `--strict` relies on it."""
    shape = {"n": 70, "blocks": 3, "rows": 23, "gap": 0, "shift": 0, "threads": 2, "seed": 5}
    for kernels in library.kernels:
        together, rows, x = product(library, kernels, type_, shape)
        k, n = x.shape[1], shape["n"]
        packed = library.packed(own_name(type_), k, n)
        library.pack(own_name(type_), k, n, packed, rows)
        for row in range(shape["rows"]):
            alone = library.multiply(kernels, own_name(type_), n, packed, x[row : row + 1])
            assert (alone == together[row]).all()


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
@pytest.mark.parametrize("type_", TYPES)
def test_what_is_not_finite_is_not_hidden(library: Library, type_: str, value: float) -> None:
    rng = np.random.default_rng(3)
    rows = random_rows(type_, 40, 256, rng)
    packed = library.packed(own_name(type_), 256, 40)
    library.pack(own_name(type_), 256, 40, packed, rows)
    x = rng.standard_normal((3, 256)).astype(np.float32)
    x[1, 100] = value
    for kernels in library.kernels:
        y = library.multiply(kernels, own_name(type_), 40, packed, x)
        assert not np.isfinite(y[1]).any()
        assert np.isfinite(y[[0, 2]]).all()


@pytest.mark.parametrize("type_", TYPES)
def test_zeros_and_the_smallest_numbers(library: Library, type_: str) -> None:
    rows = random_rows(type_, 33, 256, np.random.default_rng(4))
    packed = library.packed(own_name(type_), 256, 33)
    library.pack(own_name(type_), 256, 33, packed, rows)
    x = np.zeros((2, 256), np.float32)
    x[1] = 1e-42
    for kernels in library.kernels:
        y = library.multiply(kernels, own_name(type_), 33, packed, x)
        assert (y[0] == 0).all()
        assert np.abs(y[1]).max() < 1e-35
