"""Archives made by hand: read like the folder in them, or refused in one line."""

from __future__ import annotations

import gzip
import io
import json
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from checkpoints import write_checkpoint
from rawcheckpoint import mapping, program, safetensors, storage, tensor, torch_file

from codegen_cli.convert import source
from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.convert.checkpoint.archive import Archive, ArchivePath, is_archive
from codegen_cli.errors import CheckpointError

VALUES = np.arange(24, dtype=np.float32)
WEIGHTS = torch_file(
    program(mapping({"w": tensor(storage("0", 24), (4, 6), (6, 1))})), {"0": VALUES.tobytes()}
)
FILES = {"m/config.json": b'{"n": 1}', "m/pytorch_model.bin": WEIGHTS, "m/merges.txt": b"a\r\nb"}

Change = Callable[[tarfile.TarFile], None]


def tar(files: dict[str, bytes] = FILES, *, then: Change | None = None, **options: int) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", **options) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            archive.addfile(entry, io.BytesIO(data))
        if then:
            then(archive)
    return out.getvalue()


def zipped(files: dict[str, bytes] = FILES, method: int = zipfile.ZIP_STORED) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def opened(folder: Path, data: bytes) -> Archive:
    path = folder / "release"
    path.write_bytes(data)
    assert is_archive(path)
    return Archive(path, lambda _: None)


KINDS = {
    "tar": tar(),
    "tar.gz": gzip.compress(tar()),
    "old tar": tar(format=tarfile.USTAR_FORMAT),
    "gnu tar": tar(format=tarfile.GNU_FORMAT),
    "zip": zipped(),
    "deflated zip": zipped(method=zipfile.ZIP_DEFLATED),
    "dot before names": tar({f"./{name}": data for name, data in FILES.items()}),
    "no folder": tar({name[2:]: data for name, data in FILES.items()}),
    "long names": tar({**FILES, "m/" + "x" * 300: b"long"}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_an_archive_reads_like_its_folder(tmp_path: Path, kind: str) -> None:
    with opened(tmp_path, KINDS[kind]) as archive:
        root = archive.root()
        assert root.is_dir() and root.exists() and root.resolve() == root
        assert root.name == ("release" if kind == "no folder" else "m")
        assert json.loads((root / "config.json").read_bytes()) == {"n": 1}
        assert (root / "merges.txt").read_text(encoding="utf-8") == "a\nb"
        assert not (root / "vocab.json").exists() and not (root / "x").is_dir()
        with open_checkpoint(root) as checkpoint:
            got = checkpoint.tensors["w"].float32()
            np.testing.assert_array_equal(got, VALUES.reshape(4, 6))
            assert str(checkpoint.files[0]).endswith("pytorch_model.bin")


def test_shards_and_safetensors_in_an_archive(tmp_path: Path) -> None:
    raw = VALUES.tobytes()
    shards = {name: safetensors({name: ("F32", [24], raw)}) for name in "ab"}
    index = {"weight_map": {name: f"{name}.safetensors" for name in shards}}
    files = {f"m/{name}.safetensors": data for name, data in shards.items()}
    files |= {
        "m/model.safetensors.index.json": json.dumps(index).encode(),
        "m/config.json": b"{}",
    }
    packed = gzip.compress(tar(files))
    with opened(tmp_path, packed) as archive, open_checkpoint(archive.root()) as checkpoint:
        np.testing.assert_array_equal(checkpoint.tensors["b"].float32(), VALUES)


def refusal(
    folder: Path, data: bytes, act: Callable[[ArchivePath], object] = open_checkpoint
) -> str:
    with pytest.raises(CheckpointError) as caught, opened(folder, data) as archive:
        act(archive.root())
    message = str(caught.value)
    assert message.startswith(str(folder / "release")) and "\n" not in message
    return message.removeprefix(str(folder))


def special(kind: bytes, target: str = "/etc/passwd") -> bytes:
    def add(archive: tarfile.TarFile) -> None:
        entry = tarfile.TarInfo("m/vocab.json")
        entry.type, entry.linkname = kind, target
        archive.addfile(entry)

    return tar(then=add)


def symlink_in_zip() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        entry = zipfile.ZipInfo("m/config.json")
        entry.create_system, entry.external_attr = 3, (stat.S_IFLNK | 0o777) << 16
        archive.writestr(entry, "/etc/passwd")
    return out.getvalue()


def twice_in_zip() -> bytes:
    other = {"m/CONFIG.json": b"{}"}
    return zipped(FILES | other).replace(b"m/CONFIG.json", b"m/config.json")


def sparse(archive: tarfile.TarFile) -> None:
    entry = tarfile.TarInfo("m/holes")
    entry.pax_headers = {"GNU.sparse.size": str(2**40), "GNU.sparse.map": f"0,{2**40}"}
    archive.addfile(entry)


def huge_header(archive: tarfile.TarFile) -> None:
    entry = tarfile.TarInfo("m/x")
    entry.pax_headers = {"comment": "x" * (2 << 20)}
    archive.addfile(entry)


def absurd_size() -> bytes:
    """Say in the header of the last file, the way sizes above 8 GiB are said, that it has 2^70."""
    data = bytearray(tar())
    at = data.index(b"m/merges.txt")
    data[at + 124 : at + 136] = b"\x80" + (2**70).to_bytes(11, "big")
    data[at + 148 : at + 156] = b" " * 8
    data[at + 148 : at + 156] = b"%06o\0 " % sum(data[at : at + 512])
    return bytes(data)


def folders(count: int) -> bytes:
    entry = tarfile.TarInfo("d")
    entry.type = tarfile.DIRTYPE
    return entry.tobuf() * count + bytes(1024)


def renamed(name: str) -> dict[str, bytes]:
    return {**FILES, name: b"x"}


GZIPPED = gzip.compress(tar({**FILES, "m/noise": random.Random(0).randbytes(5000)}))
LARGE_CONFIG = {**FILES, "m/config.json": b"[" * (17 << 20)}
HOSTILE = {
    "path above": (tar(renamed("../evil")), "'../evil', a path that leads out of it: refused"),
    "path above below": (tar(renamed("m/../../evil")), "a path that leads out of it: refused"),
    "absolute path": (tar(renamed("/etc/passwd")), "'/etc/passwd', a path that leads out"),
    "windows path": (tar(renamed("..\\evil")), "a path that leads out of it: refused"),
    "drive": (tar(renamed("C:evil")), "a path that leads out of it: refused"),
    "escape in a name": (tar(renamed("m/\x1b[2J")), r"the name 'm/\x1b[2J': refused"),
    "zip path above": (zipped(renamed("../evil")), "a path that leads out of it: refused"),
    "zip absolute path": (zipped(renamed("/etc/passwd")), "a path that leads out of it: refused"),
    "symbolic link": (special(tarfile.SYMTYPE), "'m/vocab.json', which is a symbolic link"),
    "hard link": (special(tarfile.LNKTYPE, "m/config.json"), "which is a hard link: refused"),
    "device": (special(tarfile.CHRTYPE), "which is a device: refused"),
    "block device": (special(tarfile.BLKTYPE), "which is a device: refused"),
    "pipe": (special(tarfile.FIFOTYPE), "which is a pipe: refused"),
    "unknown type": (special(b"Z"), "which is no plain file: refused"),
    "holes": (tar(then=sparse), "no plain file: refused"),
    "zip link": (symlink_in_zip(), "which is a link or a device: refused"),
    "twice": (tar(renamed("./m/config.json")), "'./m/config.json' twice: refused"),
    "twice in zip": (twice_in_zip(), "two entries of one name"),
    "encrypted zip": (
        zipped().replace(b"PK\1\2\x14\3\x14\0\0", b"PK\1\2\x14\3\x14\0\1"),
        "encrypted",
    ),
    "odd compression": (zipped(method=zipfile.ZIP_BZIP2), "in an unknown compression"),
    "huge header": (tar(then=huge_header), "a header would take"),
    "absurd size": (absurd_size(), "is truncated: 'm/merges.txt' ends at byte"),
    "too many folders": (folders(10_001), "holds over 10000 files: refused"),
    "no config": (tar({"m/pytorch_model.bin": WEIGHTS}), "holds no config.json"),
    "config too deep": (tar({"a/b/config.json": b"{}"}), "holds no config.json"),
    "two checkpoints": (tar(renamed("n/config.json")), "several checkpoints ('m', 'n')"),
    "no weights": (tar({"m/config.json": b"{}"}), "holds no weights"),
    "weights of others": (
        tar({"m/config.json": b"{}", "m/flax_model.msgpack": b""}),
        "holds flax_model.msgpack, which is not a format that is read",
    ),
    "cut tar": (tar()[:1200], "is truncated: its list of files does not end"),
    "cut in the weights": (tar()[:2000], "is truncated: 'm/pytorch_model.bin' ends at byte"),
    "damaged header": (
        tar().replace(b"m/merges.txt", b"m/murges.txt"),
        "there is no file header at byte",
    ),
    "cut gzip": (GZIPPED[:-100], "compressed stream does not end"),
    "cut zip": (zipped(method=zipfile.ZIP_DEFLATED)[:-30], "BadZipFile"),
    "changed gzip": (GZIPPED[:-5] + b"x" + GZIPPED[-4:], "incorrect data check"),
    "gzip of something": (gzip.compress(b"hello" * 999), "ReadError"),
    "large config": (tar(LARGE_CONFIG), "bytes, too many for such a file"),
    "zip in a tar": (tar({"m/config.json": b"{}", "m/pytorch_model.bin": b"PK\3\4"}), "BadZipFile"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_archives_get_one_line(tmp_path: Path, case: str) -> None:
    data, reason = HOSTILE[case]
    act = (lambda root: (root / "config.json").read_bytes()) if case == "large config" else None
    message = refusal(tmp_path, data, act or open_checkpoint)
    assert reason in message.replace(str(tmp_path) + "/", "")
    assert len(message) < 400


def test_a_deflated_file_must_be_what_its_entry_says(tmp_path: Path) -> None:
    data = zipped(method=zipfile.ZIP_DEFLATED)
    at = data.rindex(b"PK\1\2", 0, data.rindex(b"m/pytorch_model.bin"))
    wrong_sum = data[: at + 16] + b"\0\0\0\0" + data[at + 20 :]
    assert "does not match its checksum" in refusal(tmp_path, wrong_sum)


def test_a_bomb_in_a_zip_is_refused(tmp_path: Path) -> None:
    files = {"m/config.json": b"{}", "m/model.safetensors": bytes(200 << 20)}
    data = zipped(files, zipfile.ZIP_DEFLATED)
    assert len(data) < 1 << 20
    assert "no weights shrink so far" in refusal(tmp_path, data)


def test_random_damage_gives_a_result_or_one_line(tmp_path: Path) -> None:
    draw = random.Random(4)
    outcomes = set()
    for kind in ("tar", "tar.gz", "zip", "deflated zip"):
        good = KINDS[kind]
        for _ in range(150):
            data = bytearray(good)
            for _ in range(draw.choice([1, 1, 2, 8])):
                data[draw.randrange(len(data))] = draw.randrange(256)
            if draw.random() < 0.2:
                del data[draw.randrange(len(data)) :]
            path = tmp_path / "release"
            path.unlink(missing_ok=True)
            path.write_bytes(data)
            try:
                with Archive(path, lambda _: None) as archive:
                    root = archive.root()
                    (root / "config.json").read_bytes()
                    with open_checkpoint(root) as checkpoint:
                        for found in checkpoint.tensors.values():
                            found.float32()
                outcomes.add("read")
            except CheckpointError as error:
                assert "\n" not in str(error)
                outcomes.add("refused")
    assert outcomes == {"read", "refused"}


def test_more_bytes_than_the_config_explains_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_checkpoint(
        tmp_path / "m", n_layer=1, n_embd=8, n_head=4, rotary_dim=2, vocab_size=300, n_ctx=4, seed=1
    )
    files = {f"m/{path.name}": path.read_bytes() for path in folder.iterdir()}
    path = tmp_path / "release.tar"
    path.write_bytes(tar(files))
    monkeypatch.setattr(source, "_FREE_BYTES", 4096)
    with source.open_source(path, lambda *_: None) as opened:
        assert opened.name == "m" and opened.files == (path,)
    weights = {"more": ("F32", [9000], bytes(36000)), "w": ("F32", [9000], bytes(36000))}
    path.unlink()
    path.write_bytes(tar({**files, "m/model.safetensors": safetensors(weights)}))
    opening = source.open_source(path, lambda *_: None)
    with pytest.raises(CheckpointError, match="bytes of weights, but config.json says at most"):
        opening.__enter__()
