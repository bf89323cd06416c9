"""These tests need a system that can enclose a program at all."""

from __future__ import annotations

import pytest

from codegen_cli.errors import SandboxUnavailable
from codegen_cli.sandbox import Sandbox


@pytest.fixture(scope="session", autouse=True)
def _something_to_test() -> None:
    try:
        Sandbox(1).close()
    except SandboxUnavailable as error:
        pytest.skip(str(error))
