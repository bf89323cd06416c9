"""The most memory that this process ever held."""

from __future__ import annotations

import sys
from pathlib import Path


def peak_bytes() -> int:
    """Return the peak of the resident memory of this process so far, in bytes.

    On Linux it is the kernel's VmHWM: `ru_maxrss` of a child begins with its parent's size.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii", errors="replace")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    except (OSError, StopIteration):
        import resource

        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
