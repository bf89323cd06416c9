"""Files of a data set on the Hub, read as they stream in: nothing of it is kept on the disk."""

from __future__ import annotations

import fnmatch
import io
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, cast

from codegen_cli import console
from codegen_cli.errors import UsageError
from codegen_cli.hub.client import client, is_offline, patiently, translated
from models.data.read.records import NAMED_ENDINGS

#: Cards and settings beside the data.
_NO_DATA = ("dataset_infos.json", "config.json", "dataset_dict.json")


#: What is fetched at once, and what is handed on at once.
_BLOCK = 8 << 20
_BUFFER = 1 << 20


def data_files(repo: str, revision: str, pattern: str) -> tuple[str, list[str]]:
    """Return the commit that a revision names, and the data files in it that fit a pattern.

    Raises:
        CodegenError: the Hub has no such data set or cannot be reached.
        UsageError: no data file fits; or the environment switches the network off.
    """
    if is_offline():
        raise UsageError(
            f"HF_HUB_OFFLINE is set, and {repo} is on the Hub", "unset it, or give files"
        )
    api = client().HfApi()

    def look() -> tuple[str, list[str]]:
        info = api.dataset_info(repo, revision=revision)
        return str(info.sha), [entry.rfilename for entry in info.siblings or []]

    commit, names = patiently(repo, look, console.note)
    found = sorted(
        name
        for name in names
        if name.endswith(NAMED_ENDINGS)
        and name.rsplit("/", 1)[-1] not in _NO_DATA
        and fnmatch.fnmatchcase(name, pattern)
    )
    if not found:
        raise UsageError(f'{repo} has no JSONL or Parquet file that fits "{pattern}"')
    return commit, found


@contextmanager
def open_remote(repo: str, commit: str, name: str) -> Iterator[BinaryIO]:
    """Yield a file of a data set as a stream that fetches what is read, in ranges.

    Raises:
        CodegenError: it cannot be fetched, now or while it is read.
    """
    with translated(repo):
        system = client().HfFileSystem(skip_instance_cache=True)
        path = f"datasets/{repo}@{commit}/{name}"
        remote = system.open(path, "rb", block_size=_BLOCK)
    with remote:
        yield cast(BinaryIO, io.BufferedReader(_Remote(remote, repo), _BUFFER))


class _Remote(io.RawIOBase):
    """A remote file whose errors are ours: a lost connection must not pass for a damaged file."""

    def __init__(self, remote: Any, repo: str) -> None:
        self._remote = remote
        self._repo = repo

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def seek(self, offset: int, whence: int = 0) -> int:
        return int(self._remote.seek(offset, whence))

    def tell(self) -> int:
        return int(self._remote.tell())

    def readinto(self, buffer: Any) -> int:
        with translated(self._repo):
            data = self._remote.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)
