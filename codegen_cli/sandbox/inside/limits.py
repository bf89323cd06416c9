"""Resource limits of one process."""

from __future__ import annotations

import math
import resource
import sys

_STACK = 8 << 20
_DESCRIPTORS = 64


def apply(cpu_seconds: float, memory_bytes: int, file_bytes: int) -> None:
    """Limit this process; never above a hard limit that it was born with.

    CPU seconds are whole here and only a backstop: the watcher decides by the exact clock.
    """
    cpu = math.ceil(cpu_seconds) + 1
    _limit(resource.RLIMIT_CPU, cpu, cpu + 1)
    _limit(resource.RLIMIT_FSIZE, file_bytes, file_bytes)
    _limit(resource.RLIMIT_NOFILE, _DESCRIPTORS, _DESCRIPTORS)
    _limit(resource.RLIMIT_CORE, 0, 0)
    if sys.platform != "darwin":
        # macOS refuses to limit the address space; there the watcher looks at what is in use.
        _limit(resource.RLIMIT_AS, memory_bytes, memory_bytes)
        _limit(resource.RLIMIT_STACK, _STACK, _STACK)


def _limit(which: int, soft: int, hard: int) -> None:
    most = resource.getrlimit(which)[1]
    if most != resource.RLIM_INFINITY:
        hard = min(hard, most)
    resource.setrlimit(which, (min(soft, hard), hard))
