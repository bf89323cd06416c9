"""The files below a folder, in an order that does not depend on the file system."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

_SKIPPED = frozenset({"__pycache__", "node_modules"})


def walk(root: Path, skip: frozenset[str] = frozenset()) -> Iterator[tuple[str, int]]:
    """Yield the path below `root` (with `/`) and the size of each ordinary file, sorted.

    Links are not followed. Hidden folders, caches and the folders named in `skip` are left out, and
    so is what cannot be listed. Memory is that of the largest folder's listing.
    """
    yield from _walk(str(root), "", skip | _SKIPPED)


def _walk(folder: str, below: str, skip: frozenset[str]) -> Iterator[tuple[str, int]]:
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError:
        return
    for entry in found:
        try:
            if entry.is_dir(follow_symlinks=False):
                if entry.name not in skip and not entry.name.startswith("."):
                    yield from _walk(entry.path, f"{below}{entry.name}/", skip)
            elif entry.is_file(follow_symlinks=False):
                yield below + entry.name, entry.stat(follow_symlinks=False).st_size
        except OSError:
            continue
