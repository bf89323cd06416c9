"""A Ray cluster to work on: an existing one, or one on this machine for as long as it is needed."""

from __future__ import annotations

import contextlib
import importlib.util
import io
import os
import secrets
import shutil
import socket
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from codegen_cli.engine.threads import default_threads
from codegen_cli.errors import CodegenError, UsageError

#: Rows are some kilobytes; Ray's least is 75 MiB, and its default a third of the memory.
_OBJECT_STORE_BYTES = 80 << 20

_KNOCK_SECONDS = 10.0

#: A cluster of our own: no reports to its makers, and a secret that only our processes know.
_LOCAL = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}
_SECRET = "RAY_AUTH_TOKEN"


@dataclass(frozen=True, slots=True)
class Share:
    """How many workers a cluster takes, and what each of them gets."""

    workers: int
    cpus: int
    gpus: int


def check_ray(address: str) -> None:
    """Refuse an address that cannot work, before anything is loaded.

    Raises:
        CodegenError: ray is not installed.
        UsageError: the address is one of Ray's client.
    """
    if importlib.util.find_spec("ray") is None:
        raise CodegenError("--ray needs ray", "pip install 'codegen-cli[ray]'")
    if "://" in address:
        raise UsageError(
            f'--ray "{address}" is not an address of a cluster',
            "run this on a machine of the cluster with --ray auto, or give HOST:PORT",
        )


@contextmanager
def ray_cluster(address: str, cpus: int | None = None) -> Iterator[Any]:
    """Connect to a cluster, or start one on this machine for "local"; yield the ray module.

    `cpus` are those of a cluster that is started; by default the physical cores.

    Raises:
        CodegenError: there is none at the address.
    """
    check_ray(address)
    folder = None
    if address == "local":
        for name, value in _LOCAL.items():
            os.environ.setdefault(name, value)
        os.environ.setdefault(_SECRET, secrets.token_hex(32))
        # Not the user's TMPDIR: the paths of Unix sockets are short (104 bytes on macOS).
        folder = tempfile.mkdtemp(prefix="codegen-ray-", dir="/tmp")
    # Ray prints what its daemons say on stdout, which is for the product alone.
    with contextlib.redirect_stdout(_Nowhere()):
        # Imported here: optional, and about a second.
        import ray

        try:
            _connect(ray, address, folder, cpus)
            yield ray
        finally:
            ray.shutdown()
            if folder is not None:
                shutil.rmtree(folder, ignore_errors=True)


def _knock(address: str) -> None:
    """Raise OSError where nobody listens: Ray itself would try for minutes, deaf to Ctrl-C."""
    host, _, port = address.rpartition(":")
    socket.create_connection((host.strip("[]"), int(port)), timeout=_KNOCK_SECONDS).close()


def _connect(ray: Any, address: str, folder: str | None, cpus: int | None) -> None:
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "ERROR"}
    if folder is not None:
        options |= {
            "num_cpus": cpus or default_threads(),
            "include_dashboard": False,
            "object_store_memory": _OBJECT_STORE_BYTES,
            "_temp_dir": folder,
        }
    try:
        if ":" in address:
            _knock(address)
        ray.init(address=address, **options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        lines = str(error).strip().splitlines() or [type(error).__name__]
        raise CodegenError(
            f'no Ray cluster at "{address}": {lines[0][:200]}',
            "start one with `ray start --head`, or use --ray local",
        ) from error


def share(ray: Any, *, threads: int, gpu: bool, workers: int | None) -> Share:
    """Return how to divide a cluster: a GPU a worker where there are some, else its threads.

    Raises:
        CodegenError: the cluster has nothing to give.
        UsageError: more workers are asked for than it can hold.
    """
    nodes = [node["Resources"] for node in ray.nodes() if node["Alive"]]
    gpus = sum(int(node.get("GPU", 0)) for node in nodes) if gpu else 0
    cpus = min(threads, max((int(node.get("CPU", 0)) for node in nodes), default=0))
    if not cpus:
        raise CodegenError("the Ray cluster has no CPU to give", "add nodes with `ray start`")
    room = gpus or sum(int(node.get("CPU", 0)) // cpus for node in nodes)
    if workers is not None and workers > room:
        each = "a GPU" if gpus else f"{cpus} CPU{'s' * (cpus != 1)}"
        raise UsageError(
            f"--ray-workers {workers}: the cluster has room for {room} with {each} each",
            "give fewer, or fewer --threads",
        )
    return Share(workers or room, cpus, 1 if gpus else 0)


class _Nowhere(io.TextIOBase):
    """A stream that keeps nothing."""

    def write(self, text: str) -> int:
        """Drop a text."""
        return len(text)

    def isatty(self) -> bool:
        """Say that nobody looks."""
        return False
