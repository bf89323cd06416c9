"""The same programs are contained for every kind of user and where namespaces are forbidden."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from matrix import run_in, settings

_FORBID = [sys.executable, str(Path(__file__).parent / "forbid.py")]


@pytest.mark.parametrize("setting", [name for name in settings() if name != "as it is"])
def test_every_hostile_program_is_contained(setting: str) -> None:
    found = run_in(settings()[setting])
    assert found["tier"] in (("os",) if "no namespaces" in setting else ("os-strict", "os"))
    assert len(found["programs"]) > 70
    through = {name for name, row in found["programs"].items() if not row["contained"]}
    names_only = {name for name, row in found["programs"].items() if row["names_only"]}
    assert through == (names_only if found["tier"] == "os" else set())
    assert [name for name, row in found["programs"].items() if not row["expected"]] == []


@pytest.mark.parametrize(
    ("forbidden", "tier"),
    [
        ("namespaces", "os"),
        ("mount", "os"),
        ("pivot_root", "os"),
        ("seccomp", "none"),
        ("landlock_create_ruleset,namespaces", "none"),
        ("seccomp,landlock_create_ruleset,namespaces", "none"),
    ],
)
def test_the_tier_is_what_was_proved(forbidden: str, tier: str) -> None:
    code = "from codegen_cli.sandbox import Sandbox\nwith Sandbox(1) as s: print(s.tier)"
    done = subprocess.run(
        [*_FORBID, forbidden, sys.executable, "-c", code], capture_output=True, text=True
    )
    if tier == "none":
        assert "SandboxUnavailable: nothing here encloses a program: it could" in done.stderr
    else:
        assert done.stdout.strip() == tier, done.stderr


@pytest.mark.parametrize("forbidden", ["capset", "pipe2"])
def test_a_worker_that_cannot_start_says_why(forbidden: str) -> None:
    code = "from codegen_cli.sandbox import Sandbox\nSandbox(1)"
    done = subprocess.run(
        [*_FORBID, forbidden, sys.executable, "-c", code], capture_output=True, text=True
    )
    assert "CodegenError: the sandbox does not start: " in done.stderr
    assert "Function not implemented" in done.stderr.splitlines()[-1]


def test_without_walls_a_program_still_meets_its_limits_and_leaves_nothing() -> None:
    code = """if 1:
    from codegen_cli.sandbox import Check, Limits, Sandbox, Script
    from outside import descendants
    import os
    with Sandbox(1, allow_unsafe=True) as s:
        assert s.tier == "none"
        s.run(Script(""))
        before = descendants(os.getpid())
        orphan = "import os, time\\nif os.fork() == 0:\\n    os.setsid()\\n    time.sleep(1e6)"
        assert s.run(Script(orphan)).status == "ok"
        assert descendants(os.getpid()) == before
        assert s.run(Script("while True: pass", Limits(cpu_seconds=0.3))).status == "cpu"
        test = "def check(c): assert c() == 1"
        assert not s.check(Check("def f(): return 2", "f", "", test)).passed
    assert not descendants(os.getpid())
    print("fine")
"""
    done = subprocess.run(
        [*_FORBID, "seccomp,landlock_create_ruleset,namespaces", sys.executable, "-c", code],
        capture_output=True,
        text=True,
        env={"PYTHONPATH": ":".join(sys.path)},
    )
    assert done.stdout == "fine\n", done.stderr
