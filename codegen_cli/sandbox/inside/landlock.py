"""Landlock: which folders a process may still open. Numbers: linux/landlock.h."""

from __future__ import annotations

import ctypes
import os
import struct
from collections.abc import Iterable

from .libc import syscall

_VERSION = 1
_RULE_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_DIR, _REMOVE_FILE = 1 << 4, 1 << 5
_MAKE_DIR, _MAKE_REG, _MAKE_SYM = 1 << 7, 1 << 8, 1 << 12
_REFER, _TRUNCATE, _IOCTL_DEV = 1 << 13, 1 << 14, 1 << 15

_FILE = _WRITE_FILE | _READ_FILE | _TRUNCATE
_READ = _READ_FILE | _READ_DIR
_SCRATCH = (
    (_FILE | _READ_DIR | _REMOVE_DIR | _REMOVE_FILE)
    | (_MAKE_DIR | _MAKE_REG | _MAKE_SYM | _REFER)
)  # fmt: skip


def version() -> int:
    """Return the ABI that the kernel offers, 0 where it offers none."""
    try:
        return syscall("landlock_create_ruleset", None, 0, _VERSION)
    except OSError:
        return 0


def ruleset(abi: int, read: Iterable[str], write: Iterable[str]) -> int:
    """Return the descriptor of a ruleset: what lies beneath `read` is read-only.

    From ABI 4 TCP is refused, from ABI 6 abstract sockets and signals to the outside.

    Raises:
        OSError: the kernel refuses it.
    """
    handled = _handled(abi)
    scoped = 3 if abi >= 6 else 0
    attributes = struct.pack("=QQQ", handled, 3 if abi >= 4 else 0, scoped)
    size = 24 if abi >= 6 else 16 if abi >= 4 else 8
    made = syscall("landlock_create_ruleset", ctypes.create_string_buffer(attributes, 24), size, 0)
    for paths, rights in ((read, _READ), (write, _SCRATCH)):
        for path in paths:
            _add(made, path, rights & handled)
    return made


def restrict(made: int) -> None:
    """Hold this thread and those it starts to a ruleset, for good; needs no_new_privs."""
    syscall("landlock_restrict_self", made, 0)


def _handled(abi: int) -> int:
    rights = (1 << 13) - 1
    for since, right in ((2, _REFER), (3, _TRUNCATE), (5, _IOCTL_DEV)):
        if abi >= since:
            rights |= right
    return rights


def _add(made: int, path: str, rights: int) -> None:
    try:
        opened = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112  pathlib is slow to import here
            rights &= _FILE
        data = struct.pack("=Qi", rights, opened)
        syscall(
            "landlock_add_rule",
            made,
            _RULE_PATH_BENEATH,
            ctypes.create_string_buffer(data, len(data)),
            0,
        )
    finally:
        os.close(opened)
