"""A file that several runs may write: what of it is on the disk for certain, and going on there.

While NAME is written, two files lie beside it: `.NAME.part`, the file so far, and `.NAME.journal`,
which says which tensors of it are complete. A tensor is entered only after its bytes were synced
to the disk, with their CRC-32, so after a kill or a power cut a second run can trust the journal
and check the bytes.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from codegen_cli.errors import CodegenError, Interrupted, UsageError
from codegen_cli.lock import alone

#: GGUF's default, which the header states nowhere.
ALIGNMENT = 32

#: How much may have to be written again: a sync of less would cost more than it saves.
_SYNC_BYTES = 64 << 20

_BLOCK = 1 << 22
_VERSION = 1


@contextlib.contextmanager
def unfinished(output: Path, *, restart: bool) -> Iterator[Unfinished]:
    """Yield the unfinished file beside `output`, alone among processes.

    After Ctrl-C (and a kill) what is complete stays for the next run; after any other error, and
    after success, nothing does.

    Raises:
        CodegenError: another process writes it, or the disk refuses.
        Interrupted: Ctrl-C was pressed after some tensors were complete.
    """
    part, journal = _beside(output)
    with alone(str(output.resolve())):
        if restart:
            _remove(part, journal)
        file = Unfinished(part, journal)
        try:
            yield file
        except KeyboardInterrupt:
            file.close()
            if not file.done:
                file.discard()
                raise
            raise Interrupted(
                f"interrupted after {file.done} of {file.count} tensors",
                "run the same command again to go on from there",
            ) from None
        except OSError as error:
            file.discard()
            raise CodegenError(
                f'cannot write "{output}": {error.strerror or error}',
                "check the disk and its space",
            ) from error
        except BaseException:
            file.discard()
            raise
        file.discard()


def begun_bytes(output: Path) -> int:
    """Return how much of the disk an unfinished file beside `output` takes already."""
    part, _ = _beside(output)
    try:
        return part.stat().st_size
    except OSError:
        return 0


class Unfinished:
    """Write tensors one after the other; `done` of `count` are complete on the disk."""

    def __init__(self, part: Path, journal: Path) -> None:
        self.path = part
        self.done = self.count = 0
        self._journal = journal
        self._begun = False
        self._file: BinaryIO | None = None
        self._entries: list[int] = []
        self._crc = self._length = self._unsynced = 0

    def open(
        self, header: bytes, sizes: Sequence[int], *, drop_other: bool, inputs: bytes = b""
    ) -> int:
        """Begin the file, or go on with it, and return how many tensors are complete.

        Args:
            header: everything before the first tensor; it tells one conversion from another, since
                it names all sources with their hashes, and each tensor's type.
            sizes: the bytes of each tensor, without padding.
            drop_other: start over where the file was begun for another conversion.
            inputs: the rest of what decides the tensors' bytes and the header does not say.

        Raises:
            UsageError: it was, and `drop_other` is off.
        """
        head = [_VERSION, hashlib.sha256(header + inputs).hexdigest(), len(sizes)]
        lines = _read_journal(self._journal) if self.path.exists() else []
        if lines and lines[0] != head:
            if not drop_other:
                raise UsageError(
                    f'"{self.path.name}" was begun with other weights, options or version',
                    "go on with those, or drop it with --restart",
                )
            lines = []
        self.count = len(sizes)
        self.done, end = _check(self.path, header, sizes, lines[1:])
        self._begun = True
        self._file = self.path.open("r+b" if self.done else "wb")
        if self.done:
            self._file.seek(end)
        else:
            self._file.write(header)
        self._write_journal([head, *lines[1 : 1 + self.done]])
        return self.done

    def write(self, data: memoryview | bytes) -> None:
        """Append bytes (an array of any shape) to the tensor at hand."""
        assert self._file is not None
        self._file.write(data)
        self._crc = zlib.crc32(data, self._crc)
        self._length += memoryview(data).nbytes

    def end_tensor(self) -> None:
        """Pad the tensor at hand, and enter it now or with the next ones."""
        self.write(bytes(-self._length % ALIGNMENT))
        self._entries.append(self._crc)
        self._unsynced += self._length
        self._crc = self._length = 0
        if self._unsynced >= _SYNC_BYTES:
            self.sync()

    def sync(self) -> None:
        """Put everything on the disk, then enter it in the journal."""
        assert self._file is not None
        self._file.flush()
        os.fsync(self._file.fileno())
        with self._journal.open("a", encoding="ascii") as journal:
            journal.writelines(f"{json.dumps(crc)}\n" for crc in self._entries)
            journal.flush()
            os.fsync(journal.fileno())
        self.done += len(self._entries)
        self._entries, self._unsynced = [], 0

    def finish(self) -> None:
        """Enter the last tensors and close the file, so that it can get its name."""
        assert self._file is not None
        self.sync()
        self._file.close()
        self._file = None

    def close(self) -> None:
        """Enter what is complete as far as the disk allows, and close the file."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self.sync()
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None

    def discard(self) -> None:
        """Remove what this run left beside the output; what it never opened is not its own."""
        if self._file is not None:
            with contextlib.suppress(OSError):
                self._file.close()
            self._file = None
        if self._begun:
            _remove(self.path, self._journal)

    def _write_journal(self, lines: list[object]) -> None:
        temporary = _new(self._journal)
        with temporary.open("w", encoding="ascii") as journal:
            journal.writelines(f"{json.dumps(line)}\n" for line in lines)
            journal.flush()
            os.fsync(journal.fileno())
        temporary.replace(self._journal)


def _read_journal(path: Path) -> list[object]:
    """Return the entries up to the first torn one."""
    entries: list[object] = []
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, ValueError):
        return []
    for line in text.splitlines():
        try:
            entries.append(json.loads(line))
        except ValueError:
            break
    return entries


def _check(
    part: Path, header: bytes, sizes: Sequence[int], crcs: Sequence[object]
) -> tuple[int, int]:
    """Return how many tensors are as the journal says, and where in the file they end."""
    end = len(header)
    if not crcs:
        return 0, end
    with part.open("rb") as file:
        if file.read(end) != header:
            return 0, end
        for done, (size, crc) in enumerate(zip(sizes, crcs, strict=False)):
            padded = size + -size % ALIGNMENT
            if _crc(file, padded) != crc:
                return done, end
            end += padded
    return min(len(crcs), len(sizes)), end


def _crc(file: BinaryIO, length: int) -> int | None:
    crc = 0
    while length:
        block = file.read(min(length, _BLOCK))
        if not block:
            return None
        crc = zlib.crc32(block, crc)
        length -= len(block)
    return crc


def _beside(output: Path) -> tuple[Path, Path]:
    real = output.resolve()
    return real.with_name(f".{real.name}.part"), real.with_name(f".{real.name}.journal")


def _new(journal: Path) -> Path:
    return journal.with_name(f"{journal.name}.new")


def _remove(part: Path, journal: Path) -> None:
    for path in (part, journal, _new(journal)):
        with contextlib.suppress(OSError):
            path.unlink()
