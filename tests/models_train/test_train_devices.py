"""Several devices and several hosts compute what one device computes."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
from pathlib import Path

import jax
import numpy as np
import pytest
from train_rows import write_rows

from models.train.hf_import import import_weights

CHILD = Path(__file__).parents[1] / "train_child.py"


def start(rows: Path, out: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, str(CHILD), str(rows), str(out), *arguments]
    root = Path(__file__).parents[2]
    return subprocess.Popen(
        command,
        cwd=root,
        env={"PATH": "", "HOME": str(out.parent), "PYTHONPATH": f"{root}:{root / 'tests'}"},
        text=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


def finish(*children: subprocess.Popen[str]) -> None:
    try:
        for child in children:
            _, errors = child.communicate(timeout=240)
            assert child.returncode == 0, errors
    finally:
        for child in children:
            child.kill()
            child.communicate()


def losses(out: Path) -> list[float]:
    lines = (out / "a/metrics.jsonl").read_text().splitlines()
    return [v for line in lines for k, v in json.loads(line).items() if k.endswith("loss")]


@pytest.fixture(scope="module")
def one(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a run on one device, beside its rows."""
    folder = tmp_path_factory.mktemp("one")
    write_rows(folder / "rows")
    finish(start(folder / "rows", folder / "out", "1", "1"))
    return folder


def check_same(one: Path, other: Path) -> None:
    assert len(losses(one / "out")) == 5
    np.testing.assert_allclose(losses(other), losses(one / "out"), rtol=2e-5)
    jax.tree.map(
        lambda a, b: np.testing.assert_allclose(a, b, atol=2e-3),
        import_weights(other / "a/hf"),
        import_weights(one / "out/a/hf"),
    )


def test_two_by_four_devices_train_as_one(one: Path, tmp_path: Path) -> None:
    finish(start(one / "rows", tmp_path / "out", "8", "4"))
    check_same(one, tmp_path / "out")


def test_two_hosts_train_as_one(one: Path, tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        coordinator = f"127.0.0.1:{free.getsockname()[1]}"
    hosts = (coordinator, "2")
    children = [start(one / "rows", tmp_path / "out", "2", "2", *hosts, str(i)) for i in range(2)]
    finish(*children)
    check_same(one, tmp_path / "out")
