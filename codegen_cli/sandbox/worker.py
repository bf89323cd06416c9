"""One worker process, seen from the side that asks."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from codegen_cli.errors import CodegenError
from codegen_cli.sandbox.inside import wire

#: Everything a program sees of the environment; its hash order and threads are fixed.
_ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "LANG": "C.UTF-8",
    "TZ": "UTC",
    "PYTHONHASHSEED": "0",
    **dict.fromkeys(
        (
            "OPENBLAS_NUM_THREADS",
            "OMP_NUM_THREADS",
            "MKL_NUM_THREADS",
            "BLIS_NUM_THREADS",
            "NUMEXPR_NUM_THREADS",
            "VECLIB_MAXIMUM_THREADS",
        ),
        "1",
    ),
}
_START = "import sys; sys.path[0] = sys.argv[1]; from inside.zygote import main; main()"
_PATIENCE = 600
_GOODBYE = 5.0


class WorkerDied(Exception):
    """The worker is gone without an answer."""


class Worker:
    """A zygote with its socket; `hello` is what it said of its walls."""

    def __init__(self, namespaces: bool) -> None:
        self._folder = _folder()
        self.asker, jobs = socket.socketpair()
        self._texts, texts = socket.socketpair()
        for option in (socket.SO_RCVTIMEO, socket.SO_SNDTIMEO):
            self.asker.setsockopt(socket.SOL_SOCKET, option, struct.pack("@ll", _PATIENCE, 0))
        setup = {
            "folder": self._folder,
            "folders": _packages(),
            "jobs": jobs.fileno(),
            "texts": texts.fileno(),
            "namespaces": namespaces,
        }
        command = [sys.executable, "-S", "-s", "-B", "-X", "utf8", "-c", _START]
        here = str(Path(__file__).parent)
        scratch = f"{self._folder}/scratch"
        with jobs, texts:
            self._process = subprocess.Popen(
                [*command, here, json.dumps(setup)],
                pass_fds=(jobs.fileno(), texts.fileno()),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env=_ENVIRONMENT | {"HOME": scratch, "TMPDIR": scratch},
                start_new_session=True,
            )
        try:
            self.hello = self.receive()
        except WorkerDied:
            self.close()
            raise

    def send(self, job: dict[str, Any], text: dict[str, Any] | None = None) -> None:
        """Hand a job over; `text` is what only a judge may read.

        Raises:
            WorkerDied: it is gone.
        """
        try:
            wire.send(self.asker.fileno(), job)
            if text is not None:
                wire.send(self._texts.fileno(), text)
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

    def close(self) -> None:
        """End the worker and whatever it runs, and remove its folder."""
        self.asker.close()
        self._texts.close()
        try:
            self._process.wait(_GOODBYE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        shutil.rmtree(self._folder, ignore_errors=True)


def _folder() -> str:
    try:
        folder = tempfile.mkdtemp(prefix="codegen-sandbox-")
        os.mkdir(f"{folder}/scratch", 0o700)  # noqa: PTH102
    except OSError as error:
        raise CodegenError(
            f"cannot make a scratch folder: {error.strerror or error}",
            "set TMPDIR to a folder with room that you may write",
        ) from error
    return os.path.realpath(folder)


def _packages() -> list[str]:
    """Return the folders of installed packages, and of nothing else on the path."""
    found = [path for path in sys.path if Path(path).name in ("site-packages", "dist-packages")]
    with contextlib.suppress(ValueError):
        return [path for path in found if Path(path).is_dir()]
    return found
