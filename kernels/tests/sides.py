"""A model on stock llama.cpp or on the kernels, and how far its answers are from another's."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.model import Model
from codegen_cli.engine.open_context import open_context
from codegen_cli.settings import EngineSettings


@contextmanager
def model(path: Path, *, own: bool, attention: bool = True, threads: int = 1) -> Iterator[Model]:
    """Load a model, and make sure that it is multiplied with what was asked for."""
    before = os.environ.get("CODEGEN_KERNELS", "")
    os.environ["CODEGEN_KERNELS"] = "off" if not own else "" if attention else "products"
    try:
        loaded = Model(path, EngineSettings(gpu_layers="0"), threads)
    finally:
        os.environ["CODEGEN_KERNELS"] = before
    assert bool(loaded.placement.own) == own, str(loaded.placement)
    try:
        yield loaded
    finally:
        loaded.close()


@contextmanager
def context(
    loaded: Model, cells: int = 512, threads: int = 1, sequences: int = 8
) -> Iterator[Context]:
    opened = open_context(loaded, cells, threads, sequences=sequences)
    try:
        yield opened
    finally:
        opened.close()


def tokens(count: int, seed: int = 0, vocabulary: int = 1000) -> list[int]:
    return [int(t) for t in np.random.default_rng(seed).integers(0, vocabulary - 60, count)]


def read(
    on: Context, text: Sequence[int], start: int = 0, sequence: int = 0
) -> NDArray[np.float64]:
    """Evaluate a text in one batch; return the logits of each token."""
    on.decode([Entry(t, start + i, sequence, True) for i, t in enumerate(text)], never)
    return np.stack([on.logits_V(i).astype(np.float64) for i in range(len(text))])


def logits(
    path: Path, text: Sequence[int], *, own: bool, attention: bool = True
) -> NDArray[np.float64]:
    with model(path, own=own, attention=attention) as loaded, context(loaded) as on:
        return read(on, text)


def divergence(reference_TxV: NDArray[np.float64], other_TxV: NDArray[np.float64]) -> float:
    """Return the mean KL divergence over tokens, in nats."""

    def log_softmax(x: NDArray[np.float64]) -> NDArray[np.float64]:
        x = x - x.max(-1, keepdims=True)
        return x - np.log(np.exp(x).sum(-1, keepdims=True))

    p, q = log_softmax(reference_TxV), log_softmax(other_TxV)
    return float((np.exp(p) * (p - q)).sum(-1).mean())
