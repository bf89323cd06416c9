"""Hostile programs are contained, end as they must, and leave no process behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from attack_programs import ALL, HostileProgram
from outside import Outside, descendants

from codegen_cli.sandbox import Limits, Sandbox, Script

_LIMITS = Limits(cpu_seconds=0.5, wall_seconds=1.0)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    os.environ["CODEGEN_TEST_SECRET"] = "1"
    with Sandbox(1) as made:
        made.run(Script(""))
        yield made
    del os.environ["CODEGEN_TEST_SECRET"]


@pytest.fixture
def outside(tmp_path: Path) -> Iterator[Outside]:
    with Outside(tmp_path) as made:
        yield made


@pytest.mark.parametrize("program", ALL, ids=lambda program: program.name)
def test_a_hostile_program_is_contained(
    program: HostileProgram, sandbox: Sandbox, outside: Outside
) -> None:
    before = descendants(os.getpid())
    answer = sandbox.run(Script(outside.fill(program.source), _LIMITS))
    assert descendants(os.getpid()) == before
    assert not outside.harmed()
    if not (program.names_only and sandbox.tier == "os"):
        assert "THROUGH" not in answer.stdout
    assert answer.status in program.statuses, answer
    assert sandbox.run(Script("print(1)")).stdout == "1\n"


@pytest.mark.parametrize(
    "program", [one for one in ALL if one.open_too], ids=lambda program: program.name
)
def test_the_attack_is_real_where_nothing_encloses_it(
    program: HostileProgram, outside: Outside, tmp_path_factory: pytest.TempPathFactory
) -> None:
    done = subprocess.run(
        [sys.executable, "-c", outside.fill(program.source)],
        cwd=tmp_path_factory.mktemp("cwd"),
        env={"CODEGEN_TEST_SECRET": "1"},
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert "THROUGH" in done.stdout, done.stderr
