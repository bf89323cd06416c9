"""Importance matrices: collected from the packaged model, written, read, and used."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from gguf import GGUFReader, GGUFWriter

from codegen_cli.convert.imatrix import ImportanceMatrix, read_imatrix, write_imatrix
from codegen_cli.engine.activations import ActivationSums
from codegen_cli.engine.base import never
from codegen_cli.engine.model import Model
from codegen_cli.errors import InvalidGGUF, ModelNotFound
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

TEXT = Path(__file__).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def collected() -> ActivationSums:
    model = Model(find_model("nano"), EngineSettings(gpu_layers="0"), 1)
    tokens = model.vocabulary.tokenize(TEXT)[:600]
    sums = ActivationSums(model, 600, 1)
    sums.read(tokens, never)
    sums.close()
    model.close()
    return sums


def test_every_matrix_that_multiplies_activations_is_seen(collected: ActivationSums) -> None:
    matrices = ("attn_qkv", "ffn_up", "attn_output", "ffn_down")
    expected = {f"blk.{layer}.{matrix}.weight" for layer in range(6) for matrix in matrices}
    assert collected.sums.keys() == {*expected, "output.weight"}
    assert collected.tokens == 600
    assert {len(collected.sums[f"blk.0.{matrix}.weight"]) for matrix in matrices} == {256, 1024}


def test_the_sums_do_not_depend_on_how_a_text_is_cut_into_batches() -> None:
    """A text of 600 tokens is two batches; read as one of 512 and one more, the first are equal."""
    model = Model(find_model("nano"), EngineSettings(gpu_layers="0"), 1)
    tokens = model.vocabulary.tokenize(TEXT)[:512]
    sums = ActivationSums(model, 512, 1)
    sums.read(tokens, never)
    once = {name: values.copy() for name, values in sums.sums.items()}
    sums.read(tokens, never)
    sums.close()
    model.close()
    for name, values in sums.sums.items():
        np.testing.assert_allclose(values, 2 * once[name], rtol=1e-6)


def test_a_file_comes_back_as_it_was_written(collected: ActivationSums, tmp_path: Path) -> None:
    matrix = ImportanceMatrix(
        collected.sums, dict.fromkeys(collected.sums, 600.0), ("a.py", "b.py"), 1, 600
    )
    path = tmp_path / "m.imatrix.gguf"
    write_imatrix(path, matrix)
    back = read_imatrix(path)
    assert (back.datasets, back.chunks, back.chunk_size) == (("a.py", "b.py"), 1, 600)
    name = "blk.3.ffn_down.weight"
    importance = back.importance(name, 1024)
    assert importance is not None
    np.testing.assert_allclose(importance, collected.sums[name] / 600, rtol=1e-6)
    assert back.importance(name, 256) is None
    assert back.importance("token_embd.weight", 256) is None
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_has_the_layout_of_llama_cpp(collected: ActivationSums, tmp_path: Path) -> None:
    path = tmp_path / "m.imatrix.gguf"
    write_imatrix(path, ImportanceMatrix({"x": np.ones(3)}, {"x": 2.0}, ("t",), 4, 512))
    reader = GGUFReader(path)
    assert reader.fields["general.type"].contents() == "imatrix"
    assert "general.architecture" not in reader.fields
    assert {t.name: tuple(map(int, t.shape)) for t in reader.tensors} == {
        "x.in_sum2": (3, 1),
        "x.counts": (1, 1),
    }


def broken(path: Path, sums: np.ndarray, counts: np.ndarray, kind: str = "imatrix") -> Path:
    writer = GGUFWriter(path, "none")
    writer.add_type(kind)
    writer.add_tensor("x.in_sum2", sums)
    writer.add_tensor("x.counts", counts)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path


ONES, COUNT = np.ones((1, 4), np.float32), np.ones((1, 1), np.float32)


@pytest.mark.parametrize(
    ("sums", "counts", "kind", "message"),
    [
        (ONES, COUNT, "model", "no importance matrix"),
        (ONES * np.float32("nan"), COUNT, "imatrix", "negative or infinite"),
        (-ONES, COUNT, "imatrix", "negative or infinite"),
        (ONES.astype(np.float16), COUNT, "imatrix", "of type F16"),
        (ONES, np.ones((1, 8), np.float32), "imatrix", "8 counts"),
    ],
    ids=["another type", "NaN", "negative", "F16", "experts"],
)
def test_a_file_that_is_no_importance_matrix_is_refused(
    tmp_path: Path, sums: np.ndarray, counts: np.ndarray, kind: str, message: str
) -> None:
    with pytest.raises(InvalidGGUF, match=message):
        read_imatrix(broken(tmp_path / "bad.gguf", sums, counts, kind))


def test_a_model_and_a_missing_file_are_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidGGUF, match="no importance matrix"):
        read_imatrix(find_model("nano"))
    with pytest.raises(ModelNotFound):
        read_imatrix(tmp_path / "none.gguf")
