"""A directly written file against llama.cpp's own quantizer: same types, same bytes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import Dtype, write_checkpoint
from gguf import GGUFReader
from numpy.typing import NDArray

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.engine.bindings import llama, log

#: name -> n_embd, n_head, rotary_dim, n_inner, n_layer, checkpoint type.
SHAPES: dict[str, tuple[int, int, int, int, int, Dtype]] = {
    "rows of 256, 20 layers": (256, 4, 32, 256, 20, "F32"),
    "rows of 96 and 256": (96, 4, 16, 256, 16, "F32"),
    "rows of 160": (160, 8, 20, 320, 3, "F16"),
    "rows of 40 and 160": (40, 4, 4, 160, 3, "BF16"),
    "rows of 256 and 352": (256, 4, 64, 352, 2, "F16"),
}


def checkpoint(folder: Path, shape: tuple[int, int, int, int, int, Dtype]) -> Path:
    n_embd, n_head, rotary_dim, n_inner, n_layer, dtype = shape
    return write_checkpoint(
        folder,
        n_layer=n_layer,
        n_embd=n_embd,
        n_head=n_head,
        rotary_dim=rotary_dim,
        n_inner=n_inner,
        vocab_size=333,
        dtype=dtype,
        seed=3,
    )


def ours(folder: Path, file_type: str) -> Path:
    output = folder / f"{file_type}.gguf"
    options = ConvertOptions(file_type=file_type, threads=2, verify=False)
    convert(folder, output, options, lambda *_: None)
    return output


def theirs(source: Path, file_type: str) -> Path:
    """Quantize a file with `llama_model_quantize`."""
    c, output = llama(), source.with_name(f"{source.stem}-{file_type}-llama.gguf")
    params = c.llama_model_quantize_default_params()
    params.nthread = 2
    params.ftype = int(FILE_TYPES[file_type][0])
    failed = c.llama_model_quantize(str(source).encode(), str(output).encode(), params)
    assert not failed, log.last_error()
    return output


def contents(path: Path) -> dict[str, tuple[str, tuple[int, ...], NDArray[Any]]]:
    tensors = GGUFReader(path).tensors
    return {t.name: (t.tensor_type.name, tuple(map(int, t.shape)), t.data) for t in tensors}


def compare(mine: Path, other: Path) -> None:
    got, expected = contents(mine), contents(other)
    assert got.keys() == expected.keys()
    described = {name: tensor[:2] for name, tensor in got.items()}
    assert described == {name: tensor[:2] for name, tensor in expected.items()}
    unequal = [n for n in got if not np.array_equal(as_bytes(got[n][2]), as_bytes(expected[n][2]))]
    assert not unequal


def as_bytes(data: NDArray[Any]) -> NDArray[np.uint8]:
    return np.ascontiguousarray(data).view(np.uint8).reshape(-1)


def field(path: Path, name: str) -> Any:
    return GGUFReader(path).fields[name].contents()


@pytest.mark.parametrize("shape", SHAPES)
def test_types_and_bytes_are_those_of_llama_cpp(tmp_path: Path, shape: str) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES[shape])
    files = {file_type: ours(folder, file_type) for file_type in FILE_TYPES}
    sources = ("F32", "F16") if SHAPES[shape][-1] == "F16" else ("F32",)
    for source in sources:
        for file_type, mine in files.items():
            if file_type == source:
                continue
            other = theirs(files[source], file_type)
            compare(mine, other)
            for name in ("general.file_type", "general.quantization_version"):
                assert field(mine, name) == field(other, name)
            other.unlink()


@pytest.mark.parametrize("n_layer", [1, 3, 8, 15, 32, 33, 34])
def test_the_mixture_of_each_depth_is_that_of_llama_cpp(tmp_path: Path, n_layer: int) -> None:
    folder = checkpoint(tmp_path / "checkpoint", (256, 4, 32, 256, n_layer, "F32"))
    flatten(folder / "model.safetensors")
    source = ours(folder, "F32")
    for file_type in ("Q2_K", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_M", "IQ4_NL"):
        mine, other = ours(folder, file_type), theirs(source, file_type)
        got, expected = ({n: t[0] for n, t in contents(p).items()} for p in (mine, other))
        assert got == expected
        other.unlink()


def flatten(weights: Path) -> None:
    """Make all weights zero: they quantize at once, and types depend on names and shapes only."""
    with weights.open("r+b") as file:
        start = 8 + int.from_bytes(file.read(8), "little")
        size = weights.stat().st_size
        file.truncate(start)
        file.truncate(size)


def test_the_shapes_reach_every_branch(tmp_path: Path) -> None:
    """Without a fallback or two types in a file, the tests above would prove little."""
    wide = checkpoint(tmp_path / "wide", SHAPES["rows of 256, 20 layers"])
    types = {tensor[0] for tensor in contents(ours(wide, "Q4_K_M")).values()}
    assert types == {"F32", "Q4_K", "Q6_K"}
    narrow = checkpoint(tmp_path / "narrow", SHAPES["rows of 40 and 160"])
    types = {tensor[0] for tensor in contents(ours(narrow, "Q4_K_M")).values()}
    assert types == {"F32", "F16", "Q5_0", "Q8_0"}


def test_a_changed_byte_is_noticed(tmp_path: Path) -> None:
    folder = checkpoint(tmp_path / "checkpoint", SHAPES["rows of 40 and 160"])
    mine = ours(folder, "Q8_0")
    other = tmp_path / "other.gguf"
    data = bytearray(mine.read_bytes())
    data[-9] ^= 1
    other.write_bytes(data)
    with pytest.raises(AssertionError):
        compare(mine, other)
