"""Compare this engine with other ways to run CodeGen on a CPU.

    python benchmarks/peers.py
    python benchmarks/peers.py --rounds 5 --json
    python benchmarks/peers.py --rounds 5 --markdown docs/performance-peers.md

What is measured, and how: `benchmarks/side_by_side`.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

_ROOT = str(Path(__file__).resolve().parents[1])


if __name__ == "__main__":
    # Run by its path, Python finds what is beside this file only; the contenders' processes, too.
    sys.path.insert(0, _ROOT)
    os.environ["PYTHONPATH"] = os.pathsep.join(filter(None, (_ROOT, os.environ.get("PYTHONPATH"))))
    from benchmarks.side_by_side.compare import main

    main()
