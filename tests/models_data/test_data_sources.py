"""What reading gives of folders, archives and records, hostile ones among them."""

from __future__ import annotations

import gzip
import io
import json
import random
import tarfile
import tracemalloc
import zipfile
from collections import Counter
from pathlib import Path

import pytest

from codegen_cli.errors import UsageError
from models.data.documents import Document, read_shard
from models.data.languages import every_language
from models.data.read.archive import read_archive
from models.data.read.found import Found, is_sampled, text_of
from models.data.read.plan import ReadUnit, read_plan, write_plan
from models.data.read.prose import prose_of
from models.data.read.records import Columns, read_records
from models.data.read.stage import read_work
from models.data.read.walk import walk
from models.data.settings import Corpus, ReadSettings, Source

ANY = Columns("", frozenset())


def plan(tmp_path: Path, *sources: Source) -> list[ReadUnit]:
    path = tmp_path / "plan.jsonl"
    write_plan(path, Corpus("c", sources))
    return list(read_plan(path))


def archived(path: Path, most: int = 1000, limit: int = 10**9, ratio: int = 1000) -> list[Found]:
    return [one for one, _ in read_archive(path, every_language(), most, limit, ratio)]


def texts(found: list[Found]) -> dict[str, str]:
    return {one.source: one.text for one in found if isinstance(one, Document)}


def refused(found: list[Found]) -> Counter[str]:
    return Counter(one.why for one in found if not isinstance(one, Document))


def test_a_folder_is_walked_in_order_without_links_and_caches(tmp_path: Path) -> None:
    outside = tmp_path / "outside.py"
    outside.write_text("secret = 1\n")
    root = tmp_path / "root"
    for name in ("b/z.py", "b/a.c", "a.py", ".git/x.py", "__pycache__/y.py", "node_modules/m.js"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (root / "link.py").symlink_to(outside)
    (root / "loop").symlink_to(root)
    assert [name for name, _ in walk(root)] == ["a.py", "b/a.c", "b/z.py"]


def test_files_are_read_as_text_or_counted_with_the_reason(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "bom.py").write_bytes(b"\xef\xbb\xbfx = 1\r\ny = 2\rz = 3\n")
    (root / "latin.py").write_bytes(b"x = '\xe9'\n")
    (root / "binary.c").write_bytes(b"int x;\0")
    (root / "large.py").write_bytes(b"x" * 101)
    (root / "notes.unknown").write_bytes(b"x")
    units = plan(tmp_path, Source(path=str(root)))
    names, tally = read_work(ReadSettings(max_bytes=100))(tmp_path, 0, units[0])
    documents = list(read_shard(tmp_path / names[0]))
    assert documents == [Document("x = 1\ny = 2\nz = 3\n", "bom.py", "Python")]
    assert tally.dropped == {"not UTF-8": 1, "binary": 1, "too large": 1} and tally.kept == 1


def test_languages_and_samples_choose_files(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for i in range(200):
        (root / f"f{i}.py").write_text("x = 1\n")
        (root / f"f{i}.js").write_text("x = 1\n")
    units = plan(tmp_path, Source(path=str(root), languages=("Python",), sample=0.3))
    chosen = [name for unit in units for name in unit.names]
    assert all(name.endswith(".py") and is_sampled(name, 0.3) for name in chosen)
    assert 30 < len(chosen) < 90


def test_a_plan_is_made_once(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    (root / "a.py").write_text("x")
    before = plan(tmp_path, Source(path=str(root)))
    (root / "b.py").write_text("x")
    assert plan(tmp_path, Source(path=str(root))) == before


def test_inputs_that_are_not_there_or_of_no_kind_are_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"no such file or folder: .*nowhere"):
        plan(tmp_path, Source(path=str(tmp_path / "nowhere")))
    (tmp_path / "x.exe").write_bytes(b"x")
    with pytest.raises(UsageError, match=r'cannot read ".*x\.exe"'):
        plan(tmp_path, Source(path=str(tmp_path / "x.exe")))
    (tmp_path / "empty").mkdir()
    with pytest.raises(UsageError, match="nothing to read"):
        plan(tmp_path, Source(path=str(tmp_path / "empty")))
    assert not (tmp_path / "plan.jsonl").exists()


def tar(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return path


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tgz", "tar.bz2", "tar.xz", "zip", "whl"])
def test_archives_give_their_files(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    members = {"p/a.py": b"a = 1\n", "p/b.c": b"int b;\n", "p/c.png": b"\x89PNG"}
    if ending in ("zip", "whl"):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        compression = {"tar": "", "tgz": "gz"}.get(ending, ending[4:])
        tar(path, members, f"w:{compression}")
    found = archived(path)
    assert texts(found) == {f"{path.name}!p/a.py": "a = 1\n", f"{path.name}!p/b.c": "int b;\n"}
    assert not refused(found)


def test_nothing_is_written_for_names_that_point_outside(tmp_path: Path) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    path = tar(inside / "x.tar", {"../../evil.py": b"x = 1\n", "/abs/evil.py": b"y = 1\n"}, "w")
    with zipfile.ZipFile(inside / "x.zip", "w") as archive:
        archive.writestr("../evil.py", "z = 1\n")
    before = sorted(tmp_path.rglob("*"))
    assert len(texts(archived(path))) == 2 and len(texts(archived(inside / "x.zip"))) == 1
    assert sorted(tmp_path.rglob("*")) == before


def test_links_and_devices_in_a_tar_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "x.tar"
    with tarfile.open(path, "w") as archive:
        for kind in (tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.FIFOTYPE):
            info = tarfile.TarInfo(f"x{ord(kind)}.py")
            info.type, info.linkname = kind, "/etc/passwd"
            archive.addfile(info)
    assert archived(path)
    assert set(refused(archived(path))) == {"link or device"} and not texts(archived(path))


@pytest.mark.parametrize("ending", ["tar.gz", "zip"])
def test_a_bomb_ends_at_the_limits_and_what_came_before_stays(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    members = {"a.py": b"a = 1\n", **{f"b{i}.py": b"#" * 3_000_000 for i in range(20)}}
    if ending == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        tar(path, members)
    by_ratio = archived(path, most=4_000_000, ratio=200)
    by_size = archived(path, most=4_000_000, limit=10_000_000, ratio=10**6)
    for found in (by_ratio, by_size):
        assert next(iter(texts(found).values())) == "a = 1\n" and len(texts(found)) < 20
        assert refused(found) == {"archive over its limits": 1}
    assert len(texts(by_size)) == 4
    assert refused(archived(path, most=1000, ratio=10**6)) == {"too large": 20}


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.GNUTYPE_LONGNAME])
def test_attributes_in_a_tar_cannot_fill_the_memory(tmp_path: Path, kind: bytes) -> None:
    path = tmp_path / "x.tar.gz"
    info = tarfile.TarInfo("x")
    info.type, info.size = kind, 64 << 20
    with gzip.open(path, "wb", 1) as stream:
        stream.write(info.tobuf())
        stream.write(bytes(info.size))
    tracemalloc.start()
    found = archived(path)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert refused(found) == {"damaged": 1} and peak < 8 << 20


def test_members_that_were_read_are_forgotten(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar", {f"{i}.py": b"x = 1\n" for i in range(5000)}, "w")
    tracemalloc.start()
    count = sum(1 for _ in read_archive(path, every_language(), 1000, 10**9, 1000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert count == 5000 and peak < 3 << 20


def test_a_million_empty_members_are_bounded_too(tmp_path: Path) -> None:
    path = tar(tmp_path / "x.tar.gz", {f"{i}.py": b"" for i in range(2000)})
    assert refused(archived(path, ratio=10))["archive over its limits"] == 1


@pytest.mark.parametrize("ending", ["tar", "tar.gz", "tar.xz", "zip"])
def test_a_damaged_archive_is_counted_and_never_an_error(tmp_path: Path, ending: str) -> None:
    path = tmp_path / f"x.{ending}"
    members = {f"m{i}.py": random.Random(i).randbytes(300).hex().encode() for i in range(30)}
    if ending == "zip":
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in members.items():
                archive.writestr(name, data)
    else:
        tar(path, members, f"w:{ending[4:]}")
    data = bytearray(path.read_bytes())
    # A tar has no sums of its members: only damage of a header shows.
    begin = 512 * 12 if ending == "tar" else len(data) // 3
    for i in range(begin, begin + 5):
        data[i] ^= 0xFF
    path.write_bytes(data)
    found = archived(path)
    assert refused(found)["damaged"] == 1
    path.write_bytes(data[: len(data) // 2])
    assert refused(archived(path))["damaged"] == 1
    path.write_bytes(b"no archive at all")
    assert refused(archived(path)) == {"damaged": 1}


def records(data: bytes, name: str, columns: Columns = ANY, most: int = 1000) -> list[Found]:
    return [one for one, _ in read_records(io.BytesIO(data), name, columns, most)]


def test_jsonl_lines_are_documents_of_our_shape_or_of_a_column() -> None:
    rows = [
        {"text": "a", "source": "s", "language": "Python", "weights": [[0, 1, 0.25]]},
        {"content": "b", "path": "x/y.js"},
        {"body": "c"},
        {"text": 5},
        {"text": "d", "weights": [[0, 9, 1]]},
        {"text": "\ud800"},
        [1],
    ]
    data = "\n".join(map(json.dumps, rows)).encode() + b"\nnot json\n\n" + b"[" * 100_000
    found = records(data, "x.jsonl", most=10**6)
    assert found[0] == Document("a", "s", "Python", ((0, 1, 0.25),))
    assert found[1] == Document("b", "x/y.js", "JavaScript")
    assert refused(found) == {"not a document": 7}
    assert texts(records(data, "x.jsonl", Columns("body", frozenset()))) == {"x.jsonl": "c"}


def test_long_lines_of_jsonl_are_skipped_without_being_kept() -> None:
    line = json.dumps({"text": "x" * 60_000}).encode()
    short = json.dumps({"text": "y", "source": "y"}).encode()
    found = records(b"\n".join([line, short, line, short]), "x.jsonl", most=1000)
    assert [one.text if isinstance(one, Document) else one.why for one in found] == [
        "too large", "y", "too large", "y",
    ]  # fmt: skip


def test_other_languages_are_left_out_of_records() -> None:
    rows = [{"text": "a", "language": "python"}, {"text": "b", "path": "b.go"}, {"text": "c"}]
    data = "\n".join(map(json.dumps, rows)).encode()
    found = records(data, "x.jsonl", Columns("", frozenset({"Python"})))
    assert [one.language for one in found if isinstance(one, Document)] == ["Python", ""]
    assert refused(found) == {"other language": 1}


def test_compressed_jsonl_is_read_and_damage_ends_it() -> None:
    pytest.importorskip("pyarrow")
    import pyarrow

    data = b"".join(
        json.dumps({"text": random.Random(i).randbytes(99).hex()}).encode() + b"\n"
        for i in range(500)
    )
    packed = {
        "x.jsonl.gz": gzip.compress(data[:50_000]) + gzip.compress(data[50_000:]),
        "x.jsonl.zst": pyarrow.compress(data, "zstd", asbytes=True),
    }
    for name, content in packed.items():
        assert len(records(content, name)) == 500
        broken = records(content[: len(content) // 2], name)
        assert refused(broken)["damaged"] == 1 and len(broken) < 500
        assert refused(records(b"no such data", name)) == {"damaged": 1}


def test_parquet_rows_are_documents(tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    import pyarrow
    import pyarrow.parquet

    path = tmp_path / "x.parquet"
    table = pyarrow.table(
        {
            "content": ["a = 1\n", None, "b = 2\n", "c" * 2000],
            "path": ["a.py", "n.py", "b.go", "c.py"],
            "stars": [1, 2, 3, 4],
        }
    )
    pyarrow.parquet.write_table(table, path)
    data = path.read_bytes()
    found = records(data, "x.parquet", Columns("", frozenset({"Python"})))
    assert texts(found) == {"a.py": "a = 1\n"}
    assert refused(found) == {"not a document": 1, "other language": 1, "too large": 1}
    assert refused(records(data[:-9], "x.parquet")) == {"damaged": 1}
    assert refused(records(b"PAR1" + b"\xff" * 64 + b"PAR1", "x.parquet")) == {"damaged": 1}


def test_prose_is_docstrings_descriptions_and_texts() -> None:
    module = (
        '"""Explain at some length what all of this module is for."""\n'
        "def f():\n"
        '    """Return the number of things that were counted so far in all."""\n'
        'def g():\n    """Too short."""\n'
        'TOPICS = {"if": "The if statement is used for conditional execution of code."}\n'
    )
    found = prose_of("m.py", module)
    assert isinstance(found, Document) and found.language == "Text"
    assert found.text.split("\n\n") == [
        "Explain at some length what all of this module is for.",
        "Return the number of things that were counted so far in all.",
        "The if statement is used for conditional execution of code.\n",
    ]
    card = "Metadata-Version: 2.1\nName: x\n\n# The x package\n\nIt does x.\n"
    described = prose_of("x.dist-info/METADATA", card)
    assert isinstance(described, Document) and described.text == "# The x package\n\nIt does x.\n"
    assert not isinstance(prose_of("m.py", "x = 1\n"), Document)
    assert not isinstance(prose_of("m.py", "def f(:\n"), Document)


def test_text_without_utf8_or_with_zero_bytes_is_refused() -> None:
    assert text_of("é\r\n".encode()) == "é\n"
    assert not isinstance(text_of(b"\xff\xfe"), str) and not isinstance(text_of(b"a\0"), str)


def test_shards_are_cut_at_their_size(tmp_path: Path) -> None:
    root = tmp_path / "root"
    root.mkdir()
    for i in range(20):
        (root / f"f{i:02d}.py").write_text(f"x = {i}\n" * 20)
    unit = plan(tmp_path, Source(path=str(root)))[0]
    names, tally = read_work(ReadSettings(shard_bytes=500))(tmp_path, 3, unit)
    assert len(names) == 5 and names[1] == "docs-00003-0001.jsonl" and tally.kept == 20
    read = [one.source for name in names for one in read_shard(tmp_path / name)]
    assert read == [f"f{i:02d}.py" for i in range(20)]
