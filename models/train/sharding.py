"""Where weights and batches live on a mesh of data × model devices."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax.sharding import AxisType, Mesh, NamedSharding
from jax.sharding import PartitionSpec as P

from codegen_cli.errors import UsageError
from models.train.settings import Training
from models.train.shape import ModelShape

#: The axis of each weight that the devices of one model share, counted from the last.
#: Columns of `qkv_proj` lie core by core, so a share holds whole heads' query, value and key.
_SPLIT = {
    ("wte", "embedding"): -2,
    ("qkv_proj", "kernel"): -1,
    ("out_proj", "kernel"): -2,
    ("fc_in", "kernel"): -1,
    ("fc_in", "bias"): -1,
    ("fc_out", "kernel"): -2,
    ("lm_head", "kernel"): -1,
    ("lm_head", "bias"): -1,
}


def make_mesh(training: Training, shape: ModelShape) -> Mesh:
    """Return all devices (of all hosts) as data × model.

    Raises:
        UsageError: the devices, the batch or the vocabulary do not divide.
    """
    devices = np.array(jax.devices())
    model = training.model_parallel
    if len(devices) % model:
        raise UsageError(f"{len(devices)} devices do not divide by model_parallel = {model}")
    data = len(devices) // model
    part = training.batch // training.accumulate
    if part % data:
        raise UsageError(
            f"{part} sequences at once (batch / accumulate) do not divide by {data} data devices"
        )
    if shape.vocab % model:
        raise UsageError(f"a vocabulary of {shape.vocab} does not divide by model_parallel {model}")
    return Mesh(devices.reshape(data, model), ("data", "model"), (AxisType.Auto, AxisType.Auto))


def state_shardings(mesh: Mesh, state: Any) -> Any:
    """Return the place of each leaf of a tree of weights, or of a state that holds such trees."""
    return jax.tree_util.tree_map_with_path(
        lambda path, leaf: NamedSharding(mesh, _spec(path, leaf.ndim)), state
    )


def batch_sharding(mesh: Mesh) -> NamedSharding:
    """Return the place of a batch [accumulate, B, S]."""
    return NamedSharding(mesh, P(None, "data", None))


def place(tree: Any, shardings: Any) -> Any:
    """Put arrays that every host has whole where they belong."""
    return jax.tree.map(_placed, tree, shardings)


def _placed(leaf: Any, sharding: NamedSharding) -> jax.Array:
    host = np.asarray(leaf)
    return jax.make_array_from_callback(host.shape, sharding, lambda index: host[index])


def _spec(path: Any, dimensions: int) -> P:
    keys = [entry.key for entry in path if isinstance(entry, jax.tree_util.DictKey)]
    axis = _SPLIT.get(tuple(keys[-2:]))
    if axis is None:
        return P()
    names: list[str | None] = [None] * dimensions
    names[axis] = "model"
    return P(*names)
