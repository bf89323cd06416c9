"""The content of a deflated stream, read anywhere, against the bytes that went into it."""

from __future__ import annotations

import gzip
import random
import zlib
from pathlib import Path

import numpy as np
import pytest

from codegen_cli.convert.checkpoint import inflated
from codegen_cli.convert.checkpoint.inflated import BARE, GZIP, InflatedFile
from codegen_cli.convert.checkpoint.layout import Layout
from codegen_cli.convert.checkpoint.mapped import MappedFile
from codegen_cli.convert.checkpoint.wall import Malformed

#: Half noise and half repeats, so that pieces of the stream differ much in length.
DATA = random.Random(0).randbytes(300_000) + b"weights " * 50_000 + random.Random(1).randbytes(99)


def opened(folder: Path, packed: bytes, wbits: int = GZIP) -> InflatedFile:
    path = folder / "packed"
    path.write_bytes(packed)
    return InflatedFile(MappedFile(path), wbits, path, lambda _: None)


def bare(data: bytes) -> bytes:
    deflate = zlib.compressobj(9, zlib.DEFLATED, BARE)
    return deflate.compress(data) + deflate.flush()


def members(data: bytes) -> bytes:
    """Compress as parallel compressors do: several streams, and zeros up to a full block."""
    parts = [data[at : at + 70_001] for at in range(0, len(data), 70_001)]
    return b"".join(map(gzip.compress, parts)) + bytes(512)


STREAMS = {
    "gzip": (gzip.compress(DATA), GZIP),
    "several streams": (members(DATA), GZIP),
    "stored": (gzip.compress(DATA, 0), GZIP),
    "bare": (bare(DATA), BARE),
}


@pytest.mark.parametrize("case", STREAMS)
def test_any_range_at_any_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, case: str) -> None:
    monkeypatch.setattr(inflated, "_STATE_EVERY", 10_000)
    monkeypatch.setattr(inflated, "_PIECE", 4096)
    file = opened(tmp_path, *STREAMS[case])
    assert file.size == len(DATA) and file.crc32 == zlib.crc32(DATA)
    assert len(file._states) > 20
    draw = random.Random(2)
    for _ in range(300):
        start = draw.randrange(len(DATA))
        length = draw.choice([0, 1, 17, 5000, 200_000, len(DATA) - start])
        length = min(length, len(DATA) - start)
        assert file.bytes_at(start, length, "it") == DATA[start : start + length]


def test_reading_on_does_not_start_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = opened(tmp_path, *STREAMS["gzip"])
    starts = []
    seek = file._seek
    monkeypatch.setattr(file, "_seek", lambda at: starts.append(seek(at).out) or seek(at))
    for start in (1000, 1500, 2000):
        file.bytes_at(start, 500, "it")
    assert starts == [0, 1500, 2000]


def test_views_are_kept_until_they_are_released(tmp_path: Path) -> None:
    numbers = np.arange(600_000, dtype=np.float32)
    file = opened(tmp_path, gzip.compress(b"head" + numbers.tobytes(), 1))
    layout = Layout("F32", (1000, 600), (600, 1), 4)
    view = file.view(layout)
    np.testing.assert_array_equal(view.ravel(), numbers)
    assert file.view(layout).base is view.base
    file.release(layout.offset, layout.span_bytes)
    assert file.view(layout).base is not view.base
    np.testing.assert_array_equal(view.ravel(), numbers)


def test_transposed_and_empty_views(tmp_path: Path) -> None:
    numbers = np.arange(12, dtype=np.float16)
    file = opened(tmp_path, gzip.compress(numbers.tobytes()))
    turned = file.view(Layout("F16", (4, 3), (1, 4), 0))
    np.testing.assert_array_equal(turned, numbers.reshape(3, 4).T)
    assert file.view(Layout("F16", (0, 3), (3, 1), 0)).shape == (0, 3)


def test_ranges_outside_are_refused(tmp_path: Path) -> None:
    file = opened(tmp_path, gzip.compress(b"12345"))
    for start, length in ((0, 6), (5, 1), (-1, 2), (2, -1)):
        with pytest.raises(Malformed, match="truncated"):
            file.bytes_at(start, length, "it")


BROKEN = {
    "cut short": (gzip.compress(DATA)[:-9], "compressed stream does not end"),
    "cut in the checksum": (gzip.compress(DATA)[:-2], "compressed stream does not end"),
    "only a header": (gzip.compress(DATA)[:10], "compressed stream does not end"),
    "garbage behind": (gzip.compress(DATA) + b"x", "something follows"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_streams(tmp_path: Path, case: str) -> None:
    packed, reason = BROKEN[case]
    with pytest.raises(Malformed, match=reason):
        opened(tmp_path, packed)


def test_a_wrong_checksum(tmp_path: Path) -> None:
    packed = bytearray(gzip.compress(DATA))
    packed[-8] ^= 1
    with pytest.raises(zlib.error, match="incorrect data check"):
        opened(tmp_path, bytes(packed))


def test_a_bomb_is_refused_before_it_is_inflated(tmp_path: Path) -> None:
    """One gigabyte of zeros takes one megabyte; a few dozen of it are looked at."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, GZIP)
    zeros = bytes(1 << 20)
    packed = b"".join(deflate.compress(zeros) for _ in range(1024)) + deflate.flush()
    told: list[int] = []
    path = tmp_path / "bomb"
    path.write_bytes(packed)
    with pytest.raises(Malformed, match="compressed bytes become over"):
        InflatedFile(MappedFile(path), GZIP, path, told.append)
    assert sum(told) < len(packed) / 8
