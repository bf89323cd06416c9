"""The machine's own limits on one thread, measured by a small program compiled for it."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Peak:
    """Bytes read a second, and products of bytes and of floats; 0 where it cannot be measured."""

    read: float
    bytes: float
    floats: float


def measure_peak() -> Peak:
    """Compile and run `peak.cpp`.

    Raises:
        RuntimeError: there is no compiler.
    """
    compiler = shutil.which("c++")
    if compiler is None:
        raise RuntimeError("no C++ compiler to measure the peak with")
    with tempfile.TemporaryDirectory() as folder:
        program = Path(folder) / "peak"
        source = Path(__file__).with_name("peak.cpp")
        subprocess.run([compiler, "-O3", "-march=native", source, "-o", program], check=True)
        output = subprocess.run([program], check=True, capture_output=True, text=True).stdout
    return Peak(*map(float, output.split()))
