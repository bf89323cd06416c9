"""Files of numpy.savez, good and hostile: the same values, or one line."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from rawcheckpoint import Member, archive
from tpu_checkpoint import bfloat16, streamed

from codegen_cli.convert.checkpoint.mapped import MappedFile
from codegen_cli.convert.checkpoint.npz import read_npz
from codegen_cli.convert.checkpoint.tensor import LazyTensor
from codegen_cli.convert.checkpoint.wall import reading
from codegen_cli.errors import CheckpointError

VALUES = np.arange(24, dtype=np.float32).reshape(2, 3, 4)


def saved(*arrays: NDArray[Any]) -> bytes:
    out = io.BytesIO()
    np.savez(out, *arrays)
    return out.getvalue()


def read(folder: Path, data: bytes) -> dict[str, NDArray[np.float32]]:
    path = folder / "0.npz"
    path.unlink(missing_ok=True)
    path.write_bytes(data)
    file = MappedFile(path)
    with reading(path):
        layouts = read_npz(file).tensors
    return {name: LazyTensor(name, layout, file).float32() for name, layout in layouts.items()}


def npy(array: NDArray[Any] = VALUES, header: str = "", version: bytes = b"\1\0") -> bytes:
    """Return one array as it lies in the archive, with a header of one's own."""
    text = header or f"{{'descr': '{array.dtype.str}', 'fortran_order': False, 'shape': "
    text = header or f"{text}{array.shape}, }}"
    raw = text.encode() + b"\n"
    length = len(raw).to_bytes(2 if version[0] == 1 else 4, "little")
    return b"\x93NUMPY" + version + length + raw + array.tobytes()


def one(data: bytes, **changes: Any) -> bytes:
    return archive([Member("arr_0.npy", data, **changes)])


GOOD = {
    "numpy's": saved(VALUES),
    "F16": saved(VALUES.astype(np.float16)),
    "BF16": saved(bfloat16(VALUES)),
    "BF16 of ml_dtypes": one(npy(bfloat16(VALUES), "").replace(b"'|V2'", b"'<V2'")),
    "Fortran order": saved(np.asfortranarray(VALUES)),
    "streamed": streamed([VALUES]),
    "version 2": one(npy(version=b"\2\0")),
    "version 3": one(npy(version=b"\3\0")),
}


@pytest.mark.parametrize("case", GOOD)
def test_the_same_values(tmp_path: Path, case: str) -> None:
    np.testing.assert_array_equal(read(tmp_path, GOOD[case])["arr_0"], VALUES)


def test_arrays_of_other_types_are_only_named(tmp_path: Path) -> None:
    path = tmp_path / "0.npz"
    path.write_bytes(saved(VALUES, np.arange(3), np.float64(1), np.array(True)))
    contents = read_npz(MappedFile(path))
    assert set(contents.tensors) == {"arr_0"}
    assert contents.other == {"arr_1": "I64", "arr_2": "F64", "arr_3": "BOOL"}


def header(descr: str = "'<f4'", order: str = "False", shape: str = "(2, 3, 4)") -> str:
    return f"{{'descr': {descr}, 'fortran_order': {order}, 'shape': {shape}, }}"


HOSTILE = {
    "object array": (saved(np.array([{}], dtype=object)), "is of type '|O'"),
    "big-endian": (saved(VALUES.astype(">f4")), "is of type '>f4'"),
    "record": (one(npy(header=header("[('a', '<f4')]"))), "is of type"),
    "code": (one(npy(header=header(shape="__import__('os').getpid()"))), "is damaged: ValueError"),
    "deep": (one(npy(header="(" * 4000)), "is damaged"),
    "minus signs": (one(npy(header=header(shape="-" * 3900 + "1"))), "is damaged"),
    "negative size": (one(npy(header=header(shape="(-2, 3, 4)"))), "not a count"),
    "huge shape": (one(npy(header=header(shape="(4611686018427387904, 16)"))), "larger than any"),
    "empty but huge": (one(npy(header=header(shape="(0, 2**62)"))), "is damaged: ValueError"),
    "no shape": (one(npy(header="{'descr': '<f4'}")), "has a broken header"),
    "not a dict": (one(npy(header="[1]")), "has a broken header"),
    "too few bytes": (one(npy()[:-1]), "needs 96 bytes, it has 95"),
    "too many bytes": (one(npy() + b"x"), "needs 96 bytes, it has 97"),
    "long header": (
        one(b"\x93NUMPY\2\0" + b"\xff\xff\xff\x7f" + bytes(99)),
        "would take 2147483647",
    ),
    "no magic": (one(b"\x93NUMPX\1\0" + bytes(99)), "not in numpy's format"),
    "odd version": (one(npy(version=b"\7\0")), "not in numpy's format"),
    "short": (one(b"\x93NUMPY"), "not in numpy's format"),
    "compressed": (one(npy(), method=8), "has a compressed entry 'arr_0.npy'"),
    "encrypted": (one(npy(), flags=0x801), "has an encrypted entry"),
    "twice": (archive([Member("a.npy", npy()), Member("a.npy", npy())]), "two entries of one name"),
    "size beyond": (one(npy(), size=2**31), "not whole"),
    "no archive": (npy(), "BadZipFile"),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_files_get_one_line(tmp_path: Path, case: str) -> None:
    data, reason = HOSTILE[case]
    with pytest.raises(CheckpointError) as caught:
        read(tmp_path, data)
    message = str(caught.value)
    assert reason in message and "\n" not in message and len(message) < 500


def test_random_damage_gives_a_result_or_one_line(tmp_path: Path) -> None:
    draw, good, outcomes = random.Random(5), saved(VALUES, VALUES[0]), set()
    for _ in range(400):
        data = bytearray(good)
        for _ in range(draw.choice([1, 1, 3])):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            read(tmp_path, bytes(data))
            outcomes.add("read")
        except CheckpointError as error:
            assert "\n" not in str(error)
            outcomes.add("refused")
    assert outcomes == {"read", "refused"}
