"""How many threads pay: one a physical core that this process may really use."""

from __future__ import annotations

import os
from pathlib import Path

from codegen_cli.registry.weights import weight_files

_CPU = Path("/sys/devices/system/cpu")
_QUOTA = Path("/sys/fs/cgroup/cpu.max")


#: Models below this size (bytes) run on one thread: it writes thousands of tokens a second, and two
#: threads that wait for each other a hundred times a token crawl as soon as a core is busy.
TINY = 64 << 20


def model_threads(path: Path) -> int:
    """Return the threads that pay for a model file, or for a Hugging Face folder."""
    if path.is_dir():
        size = sum(file.stat().st_size for file in weight_files(path))
    else:
        size = path.stat().st_size if path.is_file() else TINY
    return 1 if size < TINY else default_threads()


def default_threads() -> int:
    """Return the physical cores in this process's affinity mask, within its CPU quota.

    Hyper-threads share the units that matrix products need, and threads beyond a container's
    quota are throttled together, so more than this is slower.
    """
    allowed = _allowed_cpus()
    return max(1, min(_physical(allowed), _quota()))


def _allowed_cpus() -> list[int]:
    if hasattr(os, "sched_getaffinity"):
        return sorted(os.sched_getaffinity(0))
    return list(range(os.cpu_count() or 1))


def _physical(cpus: list[int]) -> int:
    siblings = set()
    for cpu in cpus:
        try:
            siblings.add((_CPU / f"cpu{cpu}/topology/thread_siblings_list").read_text())
        except OSError:
            return len(cpus)
    return len(siblings)


def _quota() -> int:
    try:
        quota, period = _QUOTA.read_text().split()
        return max(1, int(quota) // int(period))
    except (OSError, ValueError):
        return os.cpu_count() or 1
