"""Importance matrices: how much each column of a weight matrix matters, as a GGUF file.

The format is that of llama.cpp's own tool (`tools/imatrix/imatrix.cpp`), so its quantizer reads
these files and ours reads its: for each matrix NAME, `NAME.in_sum2` holds the sums of the squares
of its inputs and `NAME.counts` how many inputs there were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from gguf import GGUFWriter
from numpy.typing import NDArray

from codegen_cli.engine.gguf import Array, GGUFFile, read_gguf
from codegen_cli.engine.gguf.file import TensorInfo
from codegen_cli.engine.gguf.refusal import refuse, show
from codegen_cli.files import place, temporary_beside

_SUMS, _COUNTS = ".in_sum2", ".counts"


@dataclass(frozen=True, slots=True)
class ImportanceMatrix:
    """What was collected: sums of squares (float, length N) and a count of inputs by matrix.

    `datasets` names the texts, `chunks` of `chunk_size` tokens were read from them.
    """

    sums: Mapping[str, NDArray[np.floating[Any]]]
    counts: Mapping[str, float]
    datasets: tuple[str, ...] = ()
    chunks: int = 0
    chunk_size: int = 0

    def importance(self, name: str, columns: int) -> NDArray[np.float32] | None:
        """Return the mean square of each input of a matrix (float32, N); None without data."""
        sums, count = self.sums.get(name), self.counts.get(name, 0)
        if sums is None or not count:
            return None
        return np.ascontiguousarray(sums / count, np.float32) if len(sums) == columns else None


def write_imatrix(path: Path, matrix: ImportanceMatrix) -> None:
    """Write the file whole or not at all.

    Raises:
        CodegenError: the disk refuses.
    """
    with temporary_beside(path) as temporary:
        writer = GGUFWriter(temporary, "")
        # An importance matrix has no architecture; the writer always adds one.
        writer.kv_data[0].pop("general.architecture", None)
        writer.add_type("imatrix")
        writer.add_array("imatrix.datasets", list(matrix.datasets))
        writer.add_uint32("imatrix.chunk_count", matrix.chunks)
        writer.add_uint32("imatrix.chunk_size", matrix.chunk_size)
        for name, sums in matrix.sums.items():
            writer.add_tensor(name + _SUMS, sums.astype(np.float32).reshape(1, -1))
            writer.add_tensor(name + _COUNTS, np.array([[matrix.counts[name]]], np.float32))
        try:
            writer.write_header_to_file()
            writer.write_kv_data_to_file()
            writer.write_tensors_to_file()
        finally:
            writer.close()
        place(temporary, path)


def read_imatrix(path: Path) -> ImportanceMatrix:
    """Read and check an importance matrix.

    Raises:
        InvalidGGUF: the file is broken, or no importance matrix.
        ModelError: it cannot be read.
    """
    file = read_gguf(path)
    if file.metadata.get("general.type") != "imatrix":
        raise refuse(path, "is no importance matrix", "make one: codegen imatrix CORPUS -o FILE")
    tensors = {tensor.name: tensor for tensor in file.tensors}
    sums, counts = {}, {}
    for name, tensor in tensors.items():
        if not name.endswith(_SUMS):
            continue
        matrix = name.removesuffix(_SUMS)
        counter = tensors.get(matrix + _COUNTS)
        if counter is None:
            raise refuse(path, f"has no {show(matrix + _COUNTS)}")
        count = _floats(file, counter)
        if len(count) != 1:
            raise refuse(path, f"has {len(count)} counts for {show(matrix)}: no CodeGen model")
        sums[matrix], counts[matrix] = _floats(file, tensor), float(count[0])
    if not sums:
        raise refuse(path, "is an importance matrix without a matrix")
    return ImportanceMatrix(
        sums,
        counts,
        datasets=_strings(file, "imatrix.datasets"),
        chunks=_whole(file, "imatrix.chunk_count"),
        chunk_size=_whole(file, "imatrix.chunk_size"),
    )


def _floats(file: GGUFFile, tensor: TensorInfo) -> NDArray[np.float32]:
    if tensor.type != "F32":
        raise refuse(file.path, f"has {show(tensor.name)} of type {tensor.type}, not F32")
    with file.path.open("rb") as stream:
        stream.seek(tensor.offset)
        values = np.frombuffer(stream.read(tensor.nbytes), "<f4").astype(np.float32)
    if not np.isfinite(values).all() or (values < 0).any():
        raise refuse(file.path, f"has negative or infinite numbers in {show(tensor.name)}")
    return values


def _strings(file: GGUFFile, key: str) -> tuple[str, ...]:
    value = file.metadata.get(key)
    return tuple(value.strings()) if isinstance(value, Array) and value.kind == "str" else ()


def _whole(file: GGUFFile, key: str) -> int:
    value = file.metadata.get(key)
    return value if isinstance(value, int) else 0
