"""Run programs nobody trusts."""

from __future__ import annotations

from codegen_cli.sandbox.records import (
    Attack,
    Check,
    Execution,
    Limits,
    Script,
    Status,
    Tier,
    Variable,
    Verdict,
)
from codegen_cli.sandbox.runner import Runner
from codegen_cli.sandbox.sandbox import Sandbox
from codegen_cli.sandbox.value import Array, Opaque, Value

__all__ = [
    "Array",
    "Attack",
    "Check",
    "Execution",
    "Limits",
    "Opaque",
    "Runner",
    "Sandbox",
    "Script",
    "Status",
    "Tier",
    "Value",
    "Variable",
    "Verdict",
]
