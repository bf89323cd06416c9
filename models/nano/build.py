"""Make the packaged model from its trained checkpoint: `python models/nano/build.py FOLDER`."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from codegen_cli.convert.pipeline import ConvertOptions, convert

PACKAGED = Path(__file__).resolve().parents[2] / "codegen_cli/registry/packaged/nano.gguf"


def main() -> None:
    """Convert to Q8_0, checked against the checkpoint."""
    options = ConvertOptions(
        file_type="Q8_0",
        name="nano",
        family="Mono",
        license="BSD-3-Clause",
        threads=os.cpu_count() or 1,
        force=True,
    )
    print(convert(Path(sys.argv[1]), PACKAGED, options, lambda *_: None))


if __name__ == "__main__":
    main()
