"""Which folders an interpreter needs to read: its own library and the shared objects in use."""

from __future__ import annotations

import os
import sys

#: Where a loader may have been told to look for an interpreter's own library.
LIBRARY_PATHS = ("LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")

DEVICES = ["/dev/null", "/dev/zero", "/dev/urandom", "/dev/random"]


def folders() -> list[str]:
    """Return existing folders, real paths besides the given ones, none inside another."""
    wanted = {path for path in sys.path if os.path.isabs(path)}  # noqa: PTH117
    wanted |= {os.path.dirname(path) for path in _mapped() if ".so" in path}  # noqa: PTH120
    if sys.platform == "darwin":
        wanted |= {"/System/Library", "/usr/lib", "/Library/Frameworks"}
    wanted |= {os.path.realpath(path) for path in wanted}
    found: list[str] = []
    for path in sorted(path for path in wanted if os.path.exists(path)):  # noqa: PTH110
        if not any(path.startswith(outer + "/") for outer in found):
            found.append(path)
    return found


def _mapped() -> set[str]:
    """Return the files that this process has mapped."""
    try:
        with open("/proc/self/maps", encoding="utf-8", errors="surrogateescape") as stream:  # noqa: PTH123
            lines = stream.read().splitlines()
    except OSError:
        return set()
    return {line[line.index("/") :] for line in lines if "/" in line}
