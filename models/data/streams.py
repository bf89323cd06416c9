"""Open text files that may be compressed, by their names: plain, `.gz`, `.zst`."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, BinaryIO, cast

from codegen_cli.files import place, temporary_beside

#: The endings that `open_plain` and `whole` know.
COMPRESSIONS = (".gz", ".zst")

_BLOCK = 1 << 20


@contextmanager
def open_plain(stream: BinaryIO, name: str) -> Iterator[IO[bytes]]:
    """Yield the uncompressed bytes of a stream, compressed or not as its name says."""
    if name.endswith(".gz"):
        with gzip.open(stream, "rb") as plain:
            yield cast(IO[bytes], plain)
    elif name.endswith(".zst"):
        import pyarrow

        with pyarrow.CompressedInputStream(pyarrow.PythonFile(stream, "r"), "zstd") as packed:
            yield packed
    else:
        yield stream


@contextmanager
def whole(path: Path) -> Iterator[IO[bytes]]:
    """Yield a stream into a file that appears whole at the end, or not at all.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        with temporary.open("wb") as raw, _packed(raw, path.name) as stream:
            yield stream
        place(temporary, path)


@contextmanager
def _packed(raw: BinaryIO, name: str) -> Iterator[IO[bytes]]:
    if name.endswith(".gz"):
        # Neither name nor time in the header: the same documents give the same bytes.
        with gzip.GzipFile("", "wb", 6, raw, mtime=0) as stream:
            yield cast(IO[bytes], stream)
    elif name.endswith(".zst"):
        import pyarrow

        with pyarrow.CompressedOutputStream(pyarrow.PythonFile(raw, "w"), "zstd") as packed:
            yield packed
    else:
        yield raw


def lines(stream: IO[bytes], most: int) -> Iterator[bytes | None]:
    """Yield the lines of a stream, None for one of more than `most` bytes, which is not kept."""
    rest = b""
    too_long = False
    while block := _read(stream):
        pieces = (rest + block).split(b"\n")
        rest = pieces.pop()
        for piece in pieces:
            yield None if too_long or len(piece) > most else piece
            too_long = False
        if len(rest) > most:
            too_long, rest = True, b""
    if rest or too_long:
        yield None if too_long else rest


def _read(stream: Any) -> bytes:
    return bytes(stream.read(_BLOCK))
