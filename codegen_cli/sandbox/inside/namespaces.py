"""A root of one's own: namespaces in which nothing but the interpreter's libraries exists.

Numbers: linux/sched.h, linux/mount.h. None of it needs root; some systems forbid it all the same.
"""

from __future__ import annotations

import ctypes
import os
import struct

from .libc import syscall

_NEWNS, _NEWUTS, _NEWIPC = 0x00020000, 0x04000000, 0x08000000
_NEWUSER, _NEWPID, _NEWNET = 0x10000000, 0x20000000, 0x40000000

_MS_NOSUID, _MS_NODEV, _MS_BIND, _MS_REC, _MS_PRIVATE = 0x2, 0x4, 0x1000, 0x4000, 0x40000
_MNT_DETACH = 2
_AT_FDCWD, _AT_RECURSIVE = -100, 0x8000
_ATTR_RDONLY, _ATTR_NOSUID, _ATTR_NODEV, _ATTR_NOEXEC = 0x1, 0x2, 0x4, 0x8


def enter() -> None:
    """Move to new user, network, IPC and host-name namespaces; the next child opens a PID one.

    The user keeps its number and gains nothing outside.

    Raises:
        OSError: the system forbids it.
    """
    uid, gid = os.geteuid(), os.getegid()
    syscall("unshare", _NEWUSER | _NEWPID | _NEWNET | _NEWIPC | _NEWUTS)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{uid} {uid} 1"),
        ("gid_map", f"{gid} {gid} 1"),
    ):
        with open(f"/proc/self/{name}", "w") as stream:  # noqa: PTH123
            stream.write(text)


def build_root(base: str, folders: list[str], devices: list[str], size: int, files: int) -> None:
    """Make `base` the root: folders and devices read-only, and `base` again as a small empty disk.

    Raises:
        OSError: the system forbids it.
    """
    syscall("unshare", _NEWNS)
    _mount(b"none", "/", b"", _MS_REC | _MS_PRIVATE)
    _mount(b"tmpfs", base, b"tmpfs", _MS_NOSUID | _MS_NODEV, b"size=1m,mode=755")
    for path in folders:
        os.makedirs(base + path, exist_ok=True)  # noqa: PTH103
        _bind(path, base + path, _ATTR_NODEV)
    os.makedirs(base + "/dev", exist_ok=True)  # noqa: PTH103
    for path in devices:
        os.close(os.open(base + path, os.O_CREAT))
        _bind(path, base + path, _ATTR_NOEXEC)
    os.makedirs(base + base, exist_ok=True)  # noqa: PTH103
    options = f"size={size},nr_inodes={files},mode=700".encode()
    _mount(b"tmpfs", base + base, b"tmpfs", _MS_NOSUID | _MS_NODEV, options)
    os.chdir(base)
    syscall("pivot_root", b".", b".")
    syscall("umount2", b".", _MNT_DETACH)
    os.chdir("/")
    _seal("/", _ATTR_RDONLY | _ATTR_NOSUID | _ATTR_NODEV | _ATTR_NOEXEC, 0)


def _bind(source: str, target: str, attributes: int) -> None:
    _mount(os.fsencode(source), target, b"", _MS_BIND | _MS_REC)
    _seal(target, _ATTR_RDONLY | _ATTR_NOSUID | attributes, _AT_RECURSIVE)


def _seal(target: str, attributes: int, flags: int) -> None:
    data = struct.pack("=QQQQ", attributes, 0, 0, 0)
    held = ctypes.create_string_buffer(data, len(data))
    syscall("mount_setattr", _AT_FDCWD, os.fsencode(target), flags, held, len(data))


def _mount(source: bytes, target: str, kind: bytes, flags: int, options: bytes = b"") -> None:
    syscall("mount", source, os.fsencode(target), kind, flags, options)
