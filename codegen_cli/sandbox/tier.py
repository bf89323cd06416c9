"""Which tier a worker's self-attack proves: never more than what held."""

from __future__ import annotations

from typing import Any

from codegen_cli.sandbox.inside.attacks import NAMES_ONLY
from codegen_cli.sandbox.records import Attack, Tier


def proven(hello: dict[str, Any], namespaces: bool) -> tuple[Tier, tuple[Attack, ...]]:
    """Return the tier and the attacks, from what a worker said of itself.

    `os-strict` is for namespaces and every attack contained; `os` lets a program learn the names
    and sizes of files outside, nothing else.
    """
    tried, through = hello["tried"], hello["through"]
    report = tuple(Attack(name, name not in through) for name in tried)
    if not tried or not NAMES_ONLY.issuperset(through):
        return "none", report
    if "seatbelt" in hello["walls"]:
        return "macos-seatbelt", report
    return ("os-strict" if namespaces and not through else "os"), report


def leaks(report: tuple[Attack, ...]) -> str:
    """Return what a program could do, as a phrase."""
    names = [attack.name for attack in report if not attack.contained]
    return ", ".join(names) or "not even be shut in"
