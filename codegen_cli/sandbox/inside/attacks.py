"""The sandbox attacks itself: what a hostile program would try first, against prepared targets."""

from __future__ import annotations

import contextlib
import ctypes
import errno
import mmap
import os
import socket
from collections.abc import Callable
from functools import partial
from typing import Any

from . import wire
from .libc import NUMBERS, syscall
from .targets import Targets, listen

_PTRACE_ATTACH = 16
_NEWUSER = 0x10000000
_SESSION_KEYRING = -3
_THREE_GIB = 3 << 30
_MOST_DESCRIPTORS = 64

#: Attacks that tell a program names and sizes of files, but not what is in them.
NAMES_ONLY = frozenset({"stat a file outside", "read a link outside"})

Attempt = Callable[[], Any]


def attack(targets: Targets, keep: int, report: int) -> None:
    """Try everything; write (what was tried, what got through) as one frame to a descriptor.

    `keep` is how many descriptors this process is meant to have.
    """
    attempts = {
        **_on_files(targets.file, targets.folder, targets.link),
        **_on_processes((os.getppid(), targets.pid)),
        "open a socket": [*map(_call, targets.addresses), _listen],
        "allocate 3 GiB": [lambda: mmap.mmap(-1, _THREE_GIB)],
        "use an inherited descriptor": [lambda: _inherited(keep)],
    }
    if NUMBERS:
        attempts["make namespaces, rings or keys"] = [
            lambda: syscall("unshare", _NEWUSER),
            lambda: syscall("io_uring_setup", 1, ctypes.create_string_buffer(120)),
            lambda: syscall("keyctl", 0, _SESSION_KEYRING, 1),
        ]
    through = [name for name, ways in attempts.items() if any(map(_works, ways))]
    wire.send(report, [list(attempts), through])


def _works(attempt: Attempt) -> bool:
    """Say whether an attempt gets through. One that is itself broken counts: it proves nothing."""
    try:
        attempt()
    except (OSError, MemoryError):
        return False
    except Exception:
        return True
    return True


def _on_files(file: str, folder: str, link: str) -> dict[str, list[Attempt]]:
    return {
        "read a file outside": [
            lambda: _read(file),
            lambda: _read("/etc/passwd"),
            lambda: _find(file, folder),
            lambda: _read_linked(os.symlink, file),
            lambda: _read_linked(os.link, file),
        ],
        "write a file outside": [
            lambda: os.close(os.open(file, os.O_WRONLY | os.O_TRUNC)),
            lambda: os.truncate(file, 0),
            lambda: os.close(os.open(f"{folder}/new", os.O_CREAT | os.O_WRONLY)),
            lambda: os.rename(file, f"{file}.moved"),  # noqa: PTH104
            lambda: os.unlink(file),  # noqa: PTH108
            lambda: os.mkdir(f"{folder}/made"),  # noqa: PTH102
        ],
        "change a mode, owner or time outside": [
            lambda: os.chmod(file, 0o777),  # noqa: PTH101
            lambda: os.utime(file, (1, 1)),
            lambda: os.chown(file, os.getuid(), os.getgid()),
        ],
        "stat a file outside": [lambda: os.stat(file)],  # noqa: PTH116
        "read a link outside": [lambda: os.readlink(link)],  # noqa: PTH115
    }


def _on_processes(others: tuple[int, int]) -> dict[str, list[Attempt]]:
    return {
        "signal another process": [partial(os.kill, pid, 0) for pid in others],
        "look into another process": [partial(_look_into, pid) for pid in others],
        "start a process": [_fork, lambda: os.execv("/bin/true", ["true"])],
    }


def _read(path: str) -> None:
    with open(path, "rb") as stream:  # noqa: PTH123
        stream.read(1)


def _find(file: str, folder: str) -> None:
    # In namespaces there is a folder of this name, but not that one.
    if file.removeprefix(f"{folder}/") not in os.listdir(folder):  # noqa: PTH208
        raise FileNotFoundError(file)


def _read_linked(make: Callable[[str, str], None], path: str) -> None:
    make(path, make.__name__)
    _read(make.__name__)


def _listen() -> None:
    listen(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)).close()


def _call(target: tuple[int, int, Any]) -> Attempt:
    family, kind, address = target

    def attempt() -> None:
        with socket.socket(family, kind) as caller:
            caller.settimeout(1)
            caller.connect(address)
            caller.send(b"x")

    return attempt


def _look_into(pid: int) -> None:
    try:
        _read(f"/proc/{pid}/environ")
    except OSError:
        syscall("ptrace", _PTRACE_ATTACH, pid, 0, 0)


def _fork() -> None:
    pid = os.fork()
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)


def _inherited(keep: int) -> None:
    for number in range(keep, _MOST_DESCRIPTORS):
        with contextlib.suppress(OSError):
            os.fstat(number)
            return
    raise OSError(errno.EBADF, "nothing was inherited")
