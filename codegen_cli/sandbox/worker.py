"""One worker process, seen from the side that asks."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, BinaryIO

from codegen_cli.errors import CodegenError
from codegen_cli.sandbox.inside import wire
from codegen_cli.sandbox.inside.libraries import LIBRARY_PATHS

#: All that a program sees of the environment; its hash order and number of threads are fixed.
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "BLIS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    # macOS: forking after its frameworks were loaded is what a zygote is for.
    "OBJC_DISABLE_INITIALIZE_FORK_SAFETY": "YES",
}
_START = "import sys; sys.path[0] = sys.argv[1]; from inside.zygote import main; main()"
_ABOVE_STREAMS = 3
_GOODBYE_SECONDS = 5.0
_MOST_LAST_WORDS = 1 << 16


class WorkerDied(Exception):
    """A worker is gone without an answer."""


class Worker:
    """A zygote with its socket; `hello` is what it said of its walls.

    Raises:
        CodegenError: there is no room for its scratch folder, or it does not start.
    """

    def __init__(self, namespaces: bool) -> None:
        self._namespaces = namespaces
        self._folder = _make_folder()
        self.asker, asker = _pair()
        try:
            with asker:
                self._process = _start(self._folder, asker, namespaces)
        except OSError as error:
            self.asker.close()
            shutil.rmtree(self._folder, ignore_errors=True)
            raise CodegenError(f"the sandbox does not start: {error.strerror or error}") from error
        self.hello = self._greeting()

    def _greeting(self) -> dict[str, Any]:
        try:
            hello: dict[str, Any] = self.receive()
        except WorkerDied:
            assert self._process.stderr is not None
            words = self._process.stderr.read(_MOST_LAST_WORDS).decode(errors="replace")
            hello = {"failed": words.strip().rpartition("\n")[2] or "it left without a word"}
        if "refused" in hello and not self._namespaces:
            hello = {"failed": hello["refused"]}
        if "failed" in hello:
            self.close()
            raise CodegenError(f"the sandbox does not start: {hello['failed']}")
        return hello

    def send(self, job: dict[str, Any], text: dict[str, Any] | None = None) -> None:
        """Hand a job over; `text` is what only a judge may read.

        Raises:
            WorkerDied: it is gone.
        """
        try:
            wire.send(self.asker.fileno(), job)
            if text is not None:
                with _file() as held:
                    wire.send(held.fileno(), text)
                    held.seek(0)
                    wire.pass_on(self.asker, held.fileno())
        except wire.Broken as error:
            raise WorkerDied from error

    def receive(self) -> Any:
        """Return the answer to the job; wait for it.

        Raises:
            WorkerDied: it is gone.
        """
        try:
            return wire.receive(self.asker.fileno())
        except wire.Broken as error:
            raise WorkerDied from error

    def hang_up(self) -> None:
        """Tell the worker to end whatever it runs, and itself."""
        self.asker.close()

    def close(self) -> None:
        """Hang up, wait for the worker's end, and see to it that its folder is gone."""
        self.hang_up()
        try:
            self._process.wait(_GOODBYE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        if self._process.stderr is not None:
            self._process.stderr.close()
        shutil.rmtree(self._folder, ignore_errors=True)


def _pair() -> tuple[socket.socket, socket.socket]:
    """Return two connected sockets, the second above the standard streams' numbers.

    Where those are closed a new socket gets one of them, and a child would lose it.
    """
    mine, low = socket.socketpair()
    with low:
        number = fcntl.fcntl(low.fileno(), fcntl.F_DUPFD_CLOEXEC, _ABOVE_STREAMS)
    return mine, socket.socket(fileno=number)


def _file() -> BinaryIO:
    """Return an empty file without a name, in memory where the system has such files."""
    if sys.platform == "linux":
        return os.fdopen(os.memfd_create("text"), "w+b", buffering=0)
    return tempfile.TemporaryFile(buffering=0)


def _start(folder: str, asker: socket.socket, namespaces: bool) -> subprocess.Popen[bytes]:
    setup = {
        "folder": folder,
        "packages": _packages(),
        "asker": asker.fileno(),
        "namespaces": namespaces,
    }
    options = ["-S", "-s", "-B", "-X", "utf8", "-c", _START]
    return subprocess.Popen(
        [sys.executable, *options, str(Path(__file__).parent), json.dumps(setup)],
        pass_fds=(asker.fileno(),),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        cwd="/",
        env=_environment(f"{folder}/scratch"),
    )


def _environment(scratch: str) -> dict[str, str]:
    # Some interpreters find their own library by this; the zygote takes it out again.
    found = {name: os.environ[name] for name in LIBRARY_PATHS if name in os.environ}
    return _ENVIRONMENT | found | {"HOME": scratch, "TMPDIR": scratch}


def _make_folder() -> str:
    try:
        folder = os.path.realpath(tempfile.mkdtemp(prefix="codegen-sandbox-"))
        Path(folder, "scratch").mkdir(mode=0o700)
    except OSError as error:
        raise CodegenError(
            f"cannot make a scratch folder: {error}",
            "set TMPDIR to a folder that you may write and that has room",
        ) from error
    return folder


def _packages() -> list[str]:
    """Return the folders of installed packages, and nothing else of the import path."""
    names = ("site-packages", "dist-packages")
    return [path for path in sys.path if Path(path).name in names and Path(path).is_dir()]
