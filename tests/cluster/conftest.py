"""A Ray cluster on this machine for these tests; they are skipped where ray is not installed."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from codegen_cli.evaluation.ray_cluster import ray_cluster
from codegen_cli.evaluation.worker import WorkerModel
from codegen_cli.registry.find import find_model
from codegen_cli.registry.fingerprint import model_sha256
from codegen_cli.settings import EngineSettings

HERE = Path(__file__).parent
SETTINGS = EngineSettings(gpu_layers="0", threads=1, kv_tokens=2048)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if importlib.util.find_spec("ray") is None:
        for item in items:
            if HERE in item.path.parents:
                item.add_marker(pytest.mark.skip(reason="ray is not installed"))


@pytest.fixture(scope="session")
def ray() -> Iterator[Any]:
    """Return Ray, connected to a cluster of two CPUs."""
    with ray_cluster("local", cpus=2) as module:
        yield module


@pytest.fixture(scope="session")
def model() -> WorkerModel:
    """Return the packaged model."""
    return WorkerModel("nano", model_sha256(find_model("nano")), SETTINGS)
