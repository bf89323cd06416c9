"""Which session a beginning of an id means."""

from __future__ import annotations

from collections.abc import Sequence

from codegen_cli.errors import UsageError
from codegen_cli.registry.nearest import did_you_mean


def find_session(name: str, ids: Sequence[str]) -> str:
    """Return the only id that begins with a name; `ids` are in the order of their making.

    Raises:
        UsageError: none or several do; near ones are suggested.
    """
    found = [item for item in ids if item.startswith(name.lower())] if name else []
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", ".join(reversed(found[-5:]))
        raise UsageError(f'"{name}" begins {len(found)} sessions', f"the newest are {shown}")
    if not ids:
        raise UsageError("no session is kept yet", "codegen chat begins one with its first turn")
    advice = did_you_mean(name, ids)
    raise UsageError(f'no session "{name}"', f"{advice}see codegen sessions list")
