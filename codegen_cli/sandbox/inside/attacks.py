"""The sandbox attacks itself: what a hostile program would try first, against prepared targets."""

from __future__ import annotations

import contextlib
import errno
import mmap
import os
import socket
from collections.abc import Callable
from typing import Any

from . import syscalls, wire
from .libc import syscall

_SEEN = b"untouched"
_PTRACE_ATTACH = 16
_NEWUSER = 0x10000000
_READ_KEYRING = 6
_THREE_GIB = 3 << 30
_MOST_DESCRIPTORS = 64

#: Attacks that tell a program a file's size or name, but neither its contents nor change it.
NAMES_ONLY = frozenset({"stat a file outside", "read a link outside"})


class Targets:
    """A file, sockets and a descriptor outside, made before any wall stands."""

    def __init__(self, folder: str) -> None:
        self.file = f"{folder}/outside"
        self.link = f"{folder}/link"
        self.folder = folder
        self.descriptor = os.open(self.file, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        os.write(self.descriptor, _SEEN)
        os.symlink("outside", self.link)  # noqa: PTH211
        self.before = os.fstat(self.descriptor)
        self.pid = os.getpid()
        self.listeners = [_listener(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_STREAM)]
        self.listeners.append(_listener(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_DGRAM))
        if hasattr(socket, "SO_PEERCRED"):
            name = f"\0codegen-{os.getpid()}"
            self.listeners.append(_listener(socket.AF_UNIX, name, socket.SOCK_STREAM))
        self.addresses = [(one.family, one.type, one.getsockname()) for one in self.listeners]

    def harmed(self) -> list[str]:
        """Return which targets show traces, whatever the attacker reported."""
        found = []
        after = os.fstat(self.descriptor)
        kept = ("st_mode", "st_uid", "st_gid", "st_size", "st_mtime_ns", "st_nlink")
        if any(getattr(after, name) != getattr(self.before, name) for name in kept):
            found.append("write a file outside")
        for listener in self.listeners:
            with contextlib.suppress(BlockingIOError):
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(1)
                else:
                    listener.accept()
                found.append("open a socket")
        return found

    def close(self) -> None:
        """Close the sockets and the file, which stays until its folder goes."""
        os.close(self.descriptor)
        for listener in self.listeners:
            listener.close()


def _listener(family: int, address: Any, kind: int) -> socket.socket:
    made = socket.socket(family, kind)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen(1)
    made.setblocking(False)
    return made


def attack(targets: Targets, keep: int, report: int) -> None:
    """Try everything; report what got through as one frame on a descriptor.

    `keep` is how many descriptors this process is meant to have.
    """
    through = []
    for name, attempts in _attempts(targets, keep).items():
        for attempt in attempts:
            try:
                attempt()
            except (OSError, MemoryError):
                continue
            except Exception as error:
                # An attack that is itself broken proves nothing.
                name = f"{name} ({type(error).__name__}: {error})"
            through.append(name)
            break
    wire.send(report, through)


NAMES = (
    "read a file outside",
    "write a file outside",
    "change a file's mode or times outside",
    "stat a file outside",
    "read a link outside",
    "open a socket",
    "signal another process",
    "look into another process",
    "start a process",
    "allocate 3 GiB",
    "use an inherited descriptor",
    "make namespaces, rings or keys",
)


def _attempts(targets: Targets, keep: int) -> dict[str, tuple[Callable[[], Any], ...]]:
    file, others = targets.file, (os.getppid(), targets.pid)
    return dict(
        zip(
            NAMES,
            (
                (
                    lambda: _read(file),
                    lambda: _read("/etc/passwd"),
                    lambda: os.listdir(targets.folder),  # noqa: PTH208
                    lambda: _through_symlink(file),
                    lambda: _read(_hard_link(file)),
                ),
                (
                    lambda: os.close(os.open(file, os.O_WRONLY | os.O_TRUNC)),
                    lambda: os.truncate(file, 0),
                    lambda: os.close(os.open(f"{targets.folder}/new", os.O_CREAT | os.O_WRONLY)),
                    lambda: os.rename(file, f"{file}.moved"),  # noqa: PTH104
                    lambda: os.unlink(file),  # noqa: PTH108
                    lambda: os.mkdir(f"{targets.folder}/made"),  # noqa: PTH102
                ),
                (
                    lambda: os.chmod(file, 0o777),  # noqa: PTH101
                    lambda: os.utime(file, (1, 1)),
                    lambda: os.chown(file, os.getuid(), os.getgid()),
                    lambda: _set_attribute(file),
                ),
                (lambda: os.stat(file),),  # noqa: PTH116
                (lambda: os.readlink(targets.link),),  # noqa: PTH115
                (*map(_call, targets.addresses), _listen),
                tuple(_signal(pid) for pid in others),
                tuple(_look(pid) for pid in others),
                (_fork, lambda: os.execv("/bin/true", ["true"])),
                (lambda: mmap.mmap(-1, _THREE_GIB),),
                (lambda: _inherited(keep),),
                (
                    lambda: syscall(_NR["unshare"], _NEWUSER),
                    lambda: syscall(_NR["io_uring_setup"], 1, _ring()),
                    lambda: syscall(_NR["keyctl"], 0, 0xFFFFFFFD, 1),
                ),
            ),
            strict=True,
        )
    )


_NR = syscalls.numbers()


def _ring() -> Any:
    import ctypes

    return ctypes.create_string_buffer(120)


def _read(path: str) -> None:
    with open(path, "rb") as stream:  # noqa: PTH123
        stream.read(1)


def _through_symlink(path: str) -> None:
    os.symlink(path, "symlink")  # noqa: PTH211
    _read("symlink")


def _hard_link(path: str) -> str:
    os.link(path, "hardlink")
    return "hardlink"


def _set_attribute(path: str) -> None:
    if hasattr(os, "setxattr"):
        os.setxattr(path, "user.codegen", b"1")
    else:
        os.chflags(path, 0)  # type: ignore[attr-defined]


def _listen() -> None:
    _listener(socket.AF_INET, ("127.0.0.1", 0), socket.SOCK_STREAM).close()


def _call(target: tuple[int, int, Any]) -> Callable[[], None]:
    family, kind, address = target

    def attempt() -> None:
        with socket.socket(family, kind) as caller:
            caller.settimeout(1)
            caller.connect(address)
            caller.send(b"x")

    return attempt


def _signal(pid: int) -> Callable[[], None]:
    return lambda: os.kill(pid, 0)


def _look(pid: int) -> Callable[[], None]:
    def attempt() -> None:
        with contextlib.suppress(OSError):
            _read(f"/proc/{pid}/environ")
            return
        syscall(_NR["ptrace"], _PTRACE_ATTACH, pid, 0, 0)

    return attempt


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
