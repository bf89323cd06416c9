"""The one folder that a program may write: how full it is, and emptying it."""

from __future__ import annotations

import contextlib
import os

#: Bytes and files of one program, together.
MOST_BYTES = 64 << 20
MOST_FILES = 4096


def full(base: str) -> bool:
    """Say whether there is more below a folder than a program may leave there."""
    size, count, rest = 0, 0, [base]
    while rest:
        try:
            entries = os.scandir(rest.pop())
        except OSError:
            continue
        with entries:
            for entry in entries:
                count += 1
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                if size > MOST_BYTES or count > MOST_FILES:
                    return True
                if entry.is_dir(follow_symlinks=False):
                    rest.append(entry.path)
    return False


def empty(base: str) -> None:
    """Remove everything in a folder, however deep it nests and whatever its modes.

    Folders are moved up before they are removed, so that no path grows too long.
    """
    number, prefix = 0, f"{base}/.{os.urandom(8).hex()}."
    while names := os.listdir(base):  # noqa: PTH208
        for name in names:
            path = f"{base}/{name}"
            if not os.path.islink(path) and os.path.isdir(path):  # noqa: PTH112, PTH114
                os.chmod(path, 0o700)  # noqa: PTH101
                for inner in os.listdir(path):  # noqa: PTH208
                    number += 1
                    os.rename(f"{path}/{inner}", f"{prefix}{number}")  # noqa: PTH104
                os.rmdir(path)  # noqa: PTH106
            else:
                os.unlink(path)  # noqa: PTH108
