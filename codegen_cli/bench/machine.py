"""What the figures were measured on, and with."""

from __future__ import annotations

import os
import platform
import re
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from codegen_cli import __version__
from codegen_cli.hardware import processor, system

_STATUS = Path("/proc/self/status")


def machine() -> dict[str, Any]:
    """Describe the machine, and how busy it was with other work at this moment."""
    return {
        "processor": processor(),
        "cpus": os.cpu_count(),
        "system": system(),
        "load_average": round(os.getloadavg()[0], 2),
    }


def versions() -> dict[str, str]:
    """Return the versions that decide how fast it is."""
    return {
        "codegen-cli": __version__,
        "python": platform.python_version(),
        **{name: version(name) for name in ("llama-cpp-python", "numpy")},
    }


def peak_memory() -> int:
    """Return the most bytes that were ever resident; mapped pages of the model file count."""
    if _STATUS.is_file():
        # Not getrusage: on Linux that begins with the size of the process that started this one.
        found = re.search(r"^VmHWM:\s+(\d+) kB$", _STATUS.read_text(), re.MULTILINE)
        if found:
            return int(found[1]) * 1024
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak if sys.platform == "darwin" else peak * 1024
