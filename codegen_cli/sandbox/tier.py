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
    if through is None:
        return "none", tuple(Attack(name, contained=False) for name in tried)
    names = [*tried, *(name for name in through if name not in tried)]
    report = tuple(Attack(name, name not in through) for name in names)
    if not NAMES_ONLY.issuperset(through):
        return "none", report
    if "seatbelt" in hello["walls"]:
        return "macos-seatbelt", report
    return ("os-strict" if namespaces and not through else "os"), report


def leaks(report: tuple[Attack, ...]) -> str:
    """Return the attacks that got through, as a phrase."""
    return ", ".join(attack.name for attack in report if not attack.contained)
