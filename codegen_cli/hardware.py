"""What this machine is: its processor, cores and memory."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

_CPU_INFO = Path("/proc/cpuinfo")


def processor() -> str:
    """Return the name of the CPU."""
    text = _CPU_INFO.read_text() if _CPU_INFO.is_file() else ""
    found = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return found[1].strip() if found else platform.processor() or platform.machine()


def memory_bytes() -> int | None:
    """Return the main memory, None where the system does not say."""
    try:
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (ValueError, OSError):
        return None


def system() -> str:
    """Return the operating system and the kind of processor."""
    return f"{platform.system()} {platform.machine()}"
