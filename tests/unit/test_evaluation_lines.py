"""JSON lines from broken and hostile files, and written whole."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest

from codegen_cli.errors import CodegenError, UsageError
from codegen_cli.evaluation import lines
from codegen_cli.evaluation.lines import naming, read_records, read_text, write_rows


def rows(path: Path, *, torn: bool = False) -> list[dict[str, object]]:
    with naming(path):
        return [dict(record.fields) for record in read_records(path, torn=torn)]


def test_plain_and_gzipped_files_are_told_apart_by_their_bytes(tmp_path: Path) -> None:
    text = b'\xef\xbb\xbf{"a": 1}\n\n  \n{"a": 2}'
    plain, packed = tmp_path / "plain.gz", tmp_path / "packed.jsonl"
    plain.write_bytes(text)
    packed.write_bytes(gzip.compress(text))
    assert rows(plain) == rows(packed) == [{"a": 1}, {"a": 2}]


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b'{"a": 1}\n{"a": \n', "line 2: not JSON"),
        (b"[1]\n", "line 1: not a JSON object"),
        (b'{"a": 1}\n{"a": "\xff"}\n', "line 2: not UTF-8"),
        (b"\x1f\x8b\x08garbage", "cannot read"),
        (gzip.compress(b'{"a": 1}\n' * 99)[:-9], "cannot read"),
        (b"[" * 100_000, "nested too deeply"),
    ],
)
def test_broken_files_give_one_line_that_names_the_place(
    tmp_path: Path, data: bytes, message: str
) -> None:
    path = tmp_path / "file"
    path.write_bytes(data)
    with pytest.raises(UsageError, match=message) as caught:
        rows(path)
    assert str(path) in caught.value.message and "\n" not in str(caught.value)


def test_a_missing_file_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        rows(tmp_path / "none")


def test_a_bomb_is_refused_before_it_is_unpacked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines, "MOST_LINE_BYTES", 1 << 20)
    monkeypatch.setattr(lines, "MOST_BYTES", 4 << 20)
    bomb, many = tmp_path / "bomb.gz", tmp_path / "many.gz"
    bomb.write_bytes(gzip.compress(b" " * (64 << 20)))
    many.write_bytes(gzip.compress(b'{"a": 1}\n' * (1 << 20)))
    with pytest.raises(UsageError, match="a line is larger than 1 MiB"):
        rows(bomb)
    with pytest.raises(UsageError, match="the text is larger than 4 MiB"):
        rows(many)
    with naming(bomb), pytest.raises(UsageError, match="larger than 2 MiB"):
        read_text(bomb, 2 << 20)


def test_a_torn_last_line_is_dropped_only_where_that_is_allowed(tmp_path: Path) -> None:
    path = tmp_path / "samples.jsonl"
    path.write_bytes(b'{"a": 1}\n{"a": "\xc3')
    assert rows(path, torn=True) == [{"a": 1}]
    with pytest.raises(UsageError, match="line 2"):
        rows(path)
    path.write_bytes(b'{"a": \n{"a": 2}')
    with pytest.raises(UsageError, match="line 1"):
        rows(path, torn=True)


@pytest.mark.parametrize("name", ["out.jsonl", "out.jsonl.gz"])
def test_written_rows_come_back(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    written = [{"a": "é\u2028\ud800\x00"}, {"b": [1.5, None, True]}]
    write_rows(path, written)
    assert rows(path) == written
    assert (path.read_bytes()[:2] == b"\x1f\x8b") == name.endswith(".gz")
    first = path.read_bytes()
    write_rows(path, written)
    assert path.read_bytes() == first


def test_a_failed_write_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "out.jsonl"
    write_rows(path, [{"a": 1}])

    def failing() -> object:
        yield {"a": 2}
        raise OSError(28, "No space left on device")

    with pytest.raises(CodegenError, match="No space left"):
        write_rows(path, failing())  # type: ignore[arg-type]
    assert [p.name for p in tmp_path.iterdir()] == ["out.jsonl"]
    assert json.loads(path.read_text()) == {"a": 1}
