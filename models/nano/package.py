"""Put a trained model into the package: `python -m models.nano.package runs/nano/mono/hf nano`."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from codegen_cli.convert.pipeline import ConvertOptions, convert

PACKAGED = Path(__file__).resolve().parents[2] / "codegen_cli/registry/packaged"


def to_gguf(checkpoint: Path, output: Path, name: str, family: str) -> None:
    """Convert a trained checkpoint to Q8_0, checked against it.

    Raises:
        CodegenError: the checkpoint is wrong or the disk refuses.
    """
    options = ConvertOptions(
        file_type="Q8_0",
        name=name,
        family=family,
        license="BSD-3-Clause",
        threads=os.cpu_count() or 1,
        force=True,
    )
    convert(checkpoint, output, options, lambda *_: None)


def main() -> None:
    """Convert one checkpoint into the package."""
    parser = argparse.ArgumentParser(prog="python -m models.nano.package", description=__doc__)
    parser.add_argument("checkpoint", type=Path, help="the folder hf/ of a stage")
    parser.add_argument("name", help="what users type, such as nano")
    options = parser.parse_args()
    to_gguf(options.checkpoint, PACKAGED / f"{options.name}.gguf", options.name, "Mono")


if __name__ == "__main__":
    main()
