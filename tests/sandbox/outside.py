"""What hostile programs aim at: files, sockets and a process outside, and whether they were hit."""

from __future__ import annotations

import contextlib
import os
import platform
import re
import socket
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Any

_CONTENT = "untouched"

#: x86_64 and aarch64; what no sandbox lets through has no place in the product's table.
_CALLS = {
    "ptrace": (101, 117),
    "memfd_create": (319, 279),
    "shmget": (29, 194),
    "unshare": (272, 97),
    "io_uring_setup": (425, 425),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "userfaultfd": (323, 282),
    "inotify_init1": (294, 26),
}


class Outside:
    """Targets in a folder; a context manager. `fill` puts their names into a program."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = folder / "file"
        self._file.write_text(_CONTENT)
        (folder / "link").symlink_to("file")
        self._sockets = [
            _listener(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
            _listener(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
            _listener(socket.AF_UNIX, socket.SOCK_STREAM, str(folder / "socket")),
            _listener(socket.AF_UNIX, socket.SOCK_STREAM, f"\0codegen-test-{os.getpid()}"),
        ]
        self._process = subprocess.Popen(
            [sys.executable, "-c", "import time; time.sleep(1e6)"],
            env={"CODEGEN_TEST_SECRET": "1"},
            start_new_session=True,
        )
        column = ("x86_64", "aarch64").index(platform.machine())
        self._names: dict[str, Any] = {
            "folder": folder,
            "file": self._file,
            "name": "file",
            "link": folder / "link",
            "uid": os.getuid(),
            "gid": os.getgid(),
            "tcp": self._sockets[0].getsockname()[1],
            "udp": self._sockets[1].getsockname()[1],
            "unix": folder / "socket",
            "abstract": f"codegen-test-{os.getpid()}",
            "pid": self._process.pid,
            **{name: numbers[column] for name, numbers in _CALLS.items()},
        }
        self._before = self._state()

    def __enter__(self) -> Outside:
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait()
        for one in self._sockets:
            one.close()

    def fill(self, source: str) -> str:
        """Return a program with the names of the targets put in."""
        named = re.compile(r"(?<!\{)\{(" + "|".join(self._names) + r")\}(?!\})")
        text = named.sub(lambda match: str(self._names[match[1]]), source)
        return text.replace("{{", "{").replace("}}", "}")

    def harmed(self) -> bool:
        """Say whether any target shows a trace."""
        if self._state() != self._before or self._process.poll() is not None:
            return True
        for one in self._sockets:
            with contextlib.suppress(BlockingIOError):
                if one.type == socket.SOCK_DGRAM:
                    one.recv(1)
                else:
                    one.accept()
                return True
        return False

    def _state(self) -> tuple[Any, ...]:
        names = sorted(entry.name for entry in self._folder.iterdir())
        found = self._file.stat()
        kept = (found.st_mode, found.st_uid, found.st_size, found.st_mtime_ns, found.st_nlink)
        return names, kept, self._file.read_text(), os.listxattr(self._file)


def _listener(family: int, kind: int, address: Any) -> socket.socket:
    made = socket.socket(family, kind)
    made.bind(address)
    if kind == socket.SOCK_STREAM:
        made.listen(5)
    made.setblocking(False)
    return made


def descendants(pid: int) -> set[int]:
    """Return the processes below one."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError):
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
                parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found: set[int] = set()
    rest = [pid]
    while rest:
        for child in parents.get(rest.pop(), []):
            found.add(child)
            rest.append(child)
    return found
