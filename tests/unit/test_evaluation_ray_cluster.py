"""What is refused before Ray is even imported."""

from __future__ import annotations

import importlib.util

import pytest

from codegen_cli.cli.eval.options import check_cluster
from codegen_cli.cli.eval.source import Cluster
from codegen_cli.errors import CodegenError, UsageError


def have_ray(monkeypatch: pytest.MonkeyPatch, *, installed: bool) -> None:
    spec = importlib.util.find_spec("json") if installed else None
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)


def test_a_missing_package_is_named_with_the_command_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    have_ray(monkeypatch, installed=False)
    with pytest.raises(CodegenError, match="--ray needs ray") as caught:
        check_cluster("local", None)
    assert caught.value.hint == "pip install 'codegen-cli[ray]'"


def test_an_address_of_rays_client_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    have_ray(monkeypatch, installed=True)
    with pytest.raises(UsageError, match="ray://localhost:10001.*--ray auto"):
        check_cluster("ray://localhost:10001", None)


def test_workers_need_a_cluster() -> None:
    with pytest.raises(UsageError, match="--ray-workers 2 needs --ray"):
        check_cluster(None, 2)


def test_what_is_asked_for_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    have_ray(monkeypatch, installed=True)
    assert check_cluster(None, None) is None
    assert check_cluster("10.0.0.1:6379", 3) == Cluster("10.0.0.1:6379", 3)
