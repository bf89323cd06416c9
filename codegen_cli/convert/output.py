"""What must be true of an output before any work is done for it."""

from __future__ import annotations

import shutil
from pathlib import Path

from codegen_cli import files
from codegen_cli.convert.unfinished import begun_bytes
from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.files import is_special


def check_output(output: Path, *, force: bool) -> None:
    """Refuse an output that cannot or should not be written.

    Raises:
        UsageError: it exists without `force`, is a folder, or its folder does not exist.
    """
    if output.is_dir():
        raise UsageError(f'"{output}" is a folder', "give a file name, such as model.gguf")
    if output.exists() and not force:
        raise UsageError(f'"{output}" exists', "use --force to replace it")
    if is_special(output):
        raise UsageError(f'"{output}" is a device or a pipe', "give a file name")
    files.check_output(output)


def check_space(output: Path, needed: int) -> None:
    """Refuse to start when the disk has less room than the rest of the file needs.

    Raises:
        CodegenError: it has.
    """
    free = shutil.disk_usage(output.parent).free + begun_bytes(output)
    if free < needed:
        raise CodegenError(
            f'the file needs {needed / 1e9:.2f} GB, but the disk of "{output.parent}" has '
            f"{free / 1e9:.2f} GB free",
            "free some space, or choose a smaller type",
        )
