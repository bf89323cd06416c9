"""The files of an archive by name, and which names are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import PurePosixPath

from .wall import Malformed, shown
from .weight_file import WeightFile

#: Each file's bytes, looked at when they are asked for.
Members = dict[str, Callable[[], WeightFile]]

#: A checkpoint of 100 shards has about 110 files.
MAX_MEMBERS = 10_000
UNSAFE = "get the archive from a source you trust"


def add_member(members: Members, name: str, member: Callable[[], WeightFile]) -> None:
    """Add a regular file under its plain name.

    Raises `Malformed` for a name that leads out of the archive and for one that comes twice: what
    is read must be what every other program would unpack.
    """
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or any(c in name for c in "\\:\0") or not path.name:
        raise Malformed(f"holds {shown(name)}, a path that leads out of it: refused", UNSAFE)
    if not name.isprintable():
        raise Malformed(f"holds the name {shown(name)}: refused", UNSAFE)
    if str(path) in members:
        raise Malformed(f"holds {shown(name)} twice: refused", UNSAFE)
    members[str(path)] = member


def refuse_special(name: str, kind: str) -> Malformed:
    """Return the refusal of a link or a device."""
    return Malformed(f"holds {shown(name)}, which is {kind}: refused", UNSAFE)
