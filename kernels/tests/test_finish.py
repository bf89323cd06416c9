"""A bias and GELU after a product: with it in one step, and as steps of their own."""

from __future__ import annotations

import numpy as np
import pytest
from blocks import random_rows
from conftest import Models
from library import Library
from numpy.typing import NDArray
from sides import model, read, tokens
from test_products import own_name

from codegen_cli.engine.bindings import llama
from codegen_cli.engine.context import Context

TEXT = tokens(70)


def gelu(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x**3)))


@pytest.mark.parametrize("n", [32, 33, 95, 128])
@pytest.mark.parametrize("type_", ["F16", "Q8_0", "Q4_K"])
def test_a_product_with_a_bias_and_gelu(library: Library, type_: str, n: int) -> None:
    k, name = 768, own_name(type_)
    rng = np.random.default_rng(1)
    packed = library.packed(name, k, n)
    library.pack(name, k, n, packed, random_rows(type_, n, k, rng))
    x = rng.standard_normal((9, k)).astype(np.float32) * 0.1
    bias = rng.standard_normal(n).astype(np.float32)
    for kernels in library.kernels:
        sums = library.multiply(kernels, name, n, packed, x)
        for with_bias in (None, bias):
            for with_gelu in (False, True):
                whole = sums.astype(np.float64) + (0 if with_bias is None else bias)
                wanted = gelu(whole) if with_gelu else whole
                at_once = library.multiply(
                    kernels, name, n, packed, x, 2, bias_N=with_bias, gelu=with_gelu
                )
                assert (np.abs(at_once - wanted) <= 1e-6 * (1 + np.abs(whole))).all()
                after = library.finish(kernels, sums, with_bias, with_gelu, 2)
                assert (after == at_once).all()


def test_gelu_of_what_is_large_small_or_not_a_number(library: Library) -> None:
    x = np.array([[-1e30, -30.0, -5.0, -1e-30, 0.0, 1e-30, 5.0, 30.0, 1e30]], np.float32)
    for kernels in library.kernels:
        y = library.finish(kernels, x, None, True)
        assert np.allclose(y, [[0, 0, -2.292e-07, -5e-31, 0, 5e-31, 5, 30, 1e30]], 1e-2, 1e-30)
        assert np.isnan(library.finish(kernels, x * np.nan, None, True)).all()


def test_one_step_gives_what_steps_of_their_own_give(models: Models) -> None:
    """A callback that looks at every node makes llama.cpp compute them one by one."""
    shown = 0

    def look(_tensor: object, ask: bool, _data: object) -> bool:
        nonlocal shown
        shown += not ask
        return True

    callback = llama().ggml_backend_sched_eval_callback(look)
    with model(models.path("Q8_0"), own=True) as loaded:
        found = []
        for on_node in (None, callback):
            context = Context(
                loaded.pointer, 256, 1, loaded.vocabulary.size, flash=True, on_node=on_node
            )
            found.append(read(context, TEXT))
            context.close()
    assert shown > 20
    assert (found[0] == found[1]).all()
