"""GGUF to GGUF against llama.cpp's own quantizer, with and without an importance matrix."""

from __future__ import annotations

import ctypes
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_quantizer_bytes import SHAPES, checkpoint, compare, contents, field, ours

from codegen_cli.convert import requantize
from codegen_cli.convert.gguf_tensor import GGUFTensor
from codegen_cli.convert.imatrix import ImportanceMatrix, write_imatrix
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.requantize import QuantizeOptions, quantize
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.engine.bindings import llama, log
from codegen_cli.engine.gguf import GGUFFile, read_gguf
from codegen_cli.errors import CheckFailed, InvalidGGUF, UsageError


def requantized(source: Path, file_type: str, imatrix: Path | None = None) -> Path:
    output = source.with_name(f"{source.stem}-{file_type}-{bool(imatrix)}.gguf")
    options = QuantizeOptions(file_type, imatrix, threads=2, verify=False)
    quantize(source, output, options, lambda *_: None)
    return output


def theirs(source: Path, file_type: str, matrix: ImportanceMatrix | None = None) -> Path:
    """Quantize with `llama_model_quantize`; it takes mean squares, as our quantizer does."""
    c, output = llama(), source.with_name(f"{source.stem}-{file_type}-llama.gguf")
    params = c.llama_model_quantize_default_params()
    params.nthread, params.ftype, params.allow_requantize = 2, int(FILE_TYPES[file_type][0]), True
    kept: list[Any] = []
    if matrix is not None:
        entries = (c.llama_model_imatrix_data * (len(matrix.sums) + 1))()
        for entry, (name, sums) in zip(entries, matrix.sums.items(), strict=False):
            values = matrix.importance(name, len(sums))
            assert values is not None
            kept.append(values)
            entry.name, entry.size = name.encode(), len(values)
            entry.data = values.ctypes.data_as(ctypes.POINTER(ctypes.c_float))
        params.imatrix = entries
    failed = c.llama_model_quantize(str(source).encode(), str(output).encode(), params)
    assert not failed, log.last_error()
    return output


def random_matrix(source: Path) -> ImportanceMatrix:
    random = np.random.default_rng(5)
    sums = {
        tensor.name: random.gamma(0.5, size=tensor.shape[0]).astype(np.float32) + 1e-3
        for tensor in read_gguf(source).tensors
        if len(tensor.shape) == 2 and tensor.name != "token_embd.weight"
    }
    return ImportanceMatrix(sums, dict.fromkeys(sums, 8.0), ("random",), 1, 8)


@pytest.mark.parametrize("source_type", ["F16", "Q8_0"])
def test_types_and_bytes_are_those_of_llama_cpp(tmp_path: Path, source_type: str) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES["rows of 160"])
    source = ours(folder, source_type)
    for file_type in FILE_TYPES:
        if file_type != source_type:
            compare(requantized(source, file_type), theirs(source, file_type))


@pytest.mark.parametrize("shape", ["rows of 256, 20 layers", "rows of 96 and 256"])
def test_with_an_importance_matrix_they_are_too(tmp_path: Path, shape: str) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES[shape])
    source = ours(folder, "F32")
    matrix = random_matrix(source)
    path = tmp_path / "m.imatrix.gguf"
    write_imatrix(path, matrix)
    plain = contents(requantized(source, "Q4_K_M"))
    for file_type in FILE_TYPES:
        mine = requantized(source, file_type, path)
        compare(mine, theirs(source, file_type, matrix))
        if file_type == "Q4_K_M":
            changed = [
                n for n, t in contents(mine).items() if not np.array_equal(t[2], plain[n][2])
            ]
            assert "blk.0.ffn_down.weight" in changed, "the matrix was not used"
            assert "token_embd.weight" not in changed


def test_a_checkpoint_is_rounded_by_the_matrix_just_so(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES["rows of 256, 20 layers"])
    source = ours(folder, "F32")
    path = tmp_path / "m.imatrix.gguf"
    write_imatrix(path, random_matrix(source))
    direct = tmp_path / "direct.gguf"
    options = ConvertOptions("Q4_0", imatrix=path, threads=2, verify=False)
    convert(folder, direct, options, lambda *_: None)
    compare(direct, requantized(source, "Q4_0", path))


@pytest.mark.parametrize("types", [("F16", "Q4_0"), ("Q8_0", "F32"), ("Q2_K", "Q8_0")])
def test_the_result_is_held_to_its_source(tmp_path: Path, types: tuple[str, str]) -> None:
    source = ours(checkpoint(tmp_path / "checkpoint", SHAPES["rows of 160"]), types[0])
    options = QuantizeOptions(types[1], threads=2)
    report = quantize(source, tmp_path / "out.gguf", options, lambda *_: None)
    assert report.verification is not None
    assert report.verification.positions == 24


def test_a_result_that_computes_something_else_does_not_stay(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = ours(checkpoint(tmp_path / "checkpoint", SHAPES["rows of 160"]), "F16")
    real = requantize.gguf_tensors

    def swapped(file: GGUFFile) -> dict[str, GGUFTensor]:
        found = real(file)
        found["blk.0.ffn_up.weight"] = found["blk.1.ffn_up.weight"]
        return found

    monkeypatch.setattr(requantize, "gguf_tensors", swapped)
    with pytest.raises(CheckFailed, match="differs"):
        quantize(source, tmp_path / "out.gguf", QuantizeOptions("F16"), lambda *_: None)
    assert not (tmp_path / "out.gguf").exists()


def test_everything_but_the_type_is_copied(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES["rows of 160"])
    source = ours(folder, "F16")
    before, after = read_gguf(source), read_gguf(requantized(source, "Q8_0"))
    changed = {k for k in before.metadata if before.metadata[k] != after.metadata.get(k)}
    assert changed == {"general.file_type", "codegen.file_type"}
    assert set(after.metadata) - set(before.metadata) == {"codegen.quantized_from"}
    assert after.metadata["codegen.quantized_from"] == "F16"
    assert before.kinds.items() <= after.kinds.items()
    assert field(after.path, "codegen.file_type") == "Q8_0"


def test_a_source_is_never_overwritten(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES["rows of 160"])
    source = ours(folder, "F16")
    before = source.read_bytes()
    with pytest.raises(UsageError, match="the source itself"):
        quantize(source, source, QuantizeOptions("Q8_0", force=True), lambda *_: None)
    with pytest.raises(UsageError, match="exists"):
        quantize(source, requantized(source, "Q8_0"), QuantizeOptions(), lambda *_: None)
    assert source.read_bytes() == before


def test_a_broken_source_leaves_nothing(tmp_path: Path) -> None:
    source = tmp_path / "bad.gguf"
    source.write_bytes(b"GGUF" + b"\xff" * 100)
    with pytest.raises(InvalidGGUF):
        quantize(source, tmp_path / "out.gguf", QuantizeOptions(), lambda *_: None)
    assert [path.name for path in tmp_path.iterdir()] == ["bad.gguf"]
