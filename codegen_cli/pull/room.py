"""Is there room on the disks for what a pull downloads and makes?"""

from __future__ import annotations

import shutil
from pathlib import Path

from codegen_cli.errors import CodegenError

#: What a disk keeps free for everything else.
_SPARE = 64 << 20


def check_room(needs: dict[Path, int]) -> None:
    """Refuse to start where the folders' disks have less free than is needed in them (bytes).

    Raises:
        CodegenError: one has; folders of one disk are added up.
    """
    disks: dict[int, tuple[Path, int]] = {}
    for folder, need in needs.items():
        there = _existing(folder)
        device = there.stat().st_dev
        disks[device] = (there, disks.get(device, (there, 0))[1] + need)
    for folder, need in disks.values():
        free = shutil.disk_usage(folder).free
        if need and free < need + _SPARE:
            raise CodegenError(
                f'{need / 1e9:.2f} GB are needed on the disk of "{folder}", {free / 1e9:.2f} GB '
                "are free",
                "free some, choose a smaller type (-q), or move HF_HOME or XDG_DATA_HOME",
            )


def _existing(folder: Path) -> Path:
    return next(parent for parent in (folder, *folder.parents) if parent.exists())
