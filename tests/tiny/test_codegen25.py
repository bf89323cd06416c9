"""CodeGen2.5 through llama.cpp: checks, bytes, gaps, importance, and what is not for it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from llama_checkpoint import base_tokens, small_vocabulary, write_llama
from rawgguf import raw_of
from test_quantizer_bytes import compare, flatten, theirs
from tinylora import adapter_parts

from codegen_cli.convert import pipeline
from codegen_cli.convert.config import read_config
from codegen_cli.convert.export.gptj import ExportOptions, export_gptj
from codegen_cli.convert.lora.base import read_base
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.convert.relayout import row_orders
from codegen_cli.convert.requantize import QuantizeOptions, quantize
from codegen_cli.convert.size import file_bytes, run_bytes
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.engine.activations import ActivationSums
from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.bindings import log
from codegen_cli.engine.context import BATCH_TOKENS, Context
from codegen_cli.engine.gguf import check_adapter, check_codegen, read_gguf
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.memory_need import memory_need
from codegen_cli.engine.model import Model
from codegen_cli.engine.records import Completion
from codegen_cli.errors import CheckFailed, CheckpointError, InvalidGGUF
from codegen_cli.program import NoStop
from codegen_cli.settings import EngineSettings, Sampling

CPU = EngineSettings(gpu_layers="0", threads=1)


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    small_vocabulary(monkeypatch)


def converted(folder: Path, file_type: str = "F16", **options: Any) -> Path:
    path = folder / f"{file_type}.gguf"
    convert(folder, path, ConvertOptions(file_type, **options), lambda *_: None)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_llama(tmp_path / "codegen25-multi")


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_types_and_bytes_are_those_of_llama_cpp(tmp_path: Path, file_type: str) -> None:
    for name, e, f, layers in (("wide", 256, 512, 16), ("narrow", 96, 352, 3)):
        folder = write_llama(tmp_path / name, n_layer=layers, n_embd=e, n_inner=f)
        source = converted(folder, "F32", verify=False)
        if file_type != "F32":
            compare(converted(folder, file_type, verify=False), theirs(source, file_type))


@pytest.mark.parametrize("n_layer", [1, 8, 15, 32, 33])
def test_the_mixture_of_each_depth_is_that_of_llama_cpp(tmp_path: Path, n_layer: int) -> None:
    folder = write_llama(tmp_path / "deep", n_layer=n_layer, n_embd=256, n_inner=256)
    flatten(folder / "model.safetensors")
    source = converted(folder, "F32", verify=False)
    for file_type in ("Q2_K", "Q3_K_M", "Q4_K_S", "Q4_K_M", "Q5_K_M", "IQ4_NL"):
        other = theirs(source, file_type)
        compare(converted(folder, file_type, verify=False), other)
        other.unlink()


@pytest.mark.parametrize("file_type", ["F16", "Q4_K_M", "Q2_K"])
@pytest.mark.parametrize("kind", ["attn_q.weight", "attn_k.weight"])
def test_rows_in_the_wrong_order_are_refused(
    folder: Path, kind: str, file_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unordered(config: Any) -> dict[str, Any]:
        return {name: np.sort(rows) for name, rows in row_orders(config).items() if name == kind}

    monkeypatch.setattr(pipeline, "row_orders", unordered)
    with pytest.raises(CheckFailed):
        converted(folder, file_type)
    assert not list(folder.glob("*.gguf"))


def test_a_file_takes_what_was_computed(folder: Path) -> None:
    config, file = read_config(folder), read_gguf(converted(folder, "Q8_0"))
    data = sum(-(-tensor.nbytes // 32) * 32 for tensor in file.tensors)
    other = file_bytes(config, "F32") - file_bytes(config, "Q8_0")
    assert other == read_gguf(converted(folder, "F32")).size - file.size
    assert data == file.size - file.data_offset
    assert run_bytes(config, "Q8_0", 512) == memory_need(file, 512, BATCH_TOKENS).total


@pytest.mark.parametrize(("width", "heads", "inner"), [(64, 1, 96), (512, 8, 1408), (512, 8, 512)])
def test_the_estimates_hold_what_llama_cpp_allocates(
    tmp_path: Path, width: int, heads: int, inner: int
) -> None:
    from test_memory_need import MIB, reported

    folder = write_llama(tmp_path / "m", n_embd=width, n_head=heads, n_inner=inner)
    path = converted(folder, "F16", verify=False)
    log.clear()
    model = Model(path, CPU, 1, repack=False)
    context = Context(model.pointer, 2048, 1, model.vocabulary.size, sequences=64)
    cache, compute = reported("KV"), reported("compute")
    context.close()
    model.close()
    need = memory_need(read_gguf(path), 2048, BATCH_TOKENS)
    assert need.kv * len(need.blocks) / MIB == pytest.approx(cache, abs=0.01)
    assert compute <= need.compute / MIB <= 1.6 * compute + 1


def test_a_gap_is_asked_for_and_filled(folder: Path) -> None:
    first = len(base_tokens()) + 38  # behind the runs of blanks
    with LlamaEngine(converted(folder), CPU) as engine:
        words = engine.vocabulary
        separator, mask = first + 22, words.size - 1
        gap = [*words.tokenize("def"), mask, *words.tokenize("12"), first - 39, separator, mask]
        assert words.gap("def", "12") == gap
        assert not set(range(first, words.size)) & set(words.tokenize("<mask_1> <sep> <eom>"))
        assert words.is_end(separator + 1) and not words.is_end(separator)
        asked = Prompt("def f(n):", Sampling(max_tokens=4), NoStop(), "    return m")
        answer = [item for _, item in engine.generate_many([asked])][-1]
        assert isinstance(answer, Completion) and answer.generated_tokens <= 4


def test_every_matrix_has_an_importance_and_a_file_becomes_another_type(folder: Path) -> None:
    path = converted(folder)
    model = Model(path, CPU, 1)
    sums = ActivationSums(model, 64, 1)
    sums.read(list(range(64)), never)
    sums.close()
    model.close()
    matrices = {t.name for t in model.file.tensors if len(t.shape) == 2} - {"token_embd.weight"}
    assert sums.sums.keys() == matrices
    assert all(np.isfinite(values).all() and values.any() for values in sums.sums.values())
    quantize(path, folder / "q.gguf", QuantizeOptions("Q8_0"), lambda *_: None)
    compare(folder / "q.gguf", theirs(path, "Q8_0"))


def test_what_is_for_the_parallel_block_alone_is_refused(folder: Path, tmp_path: Path) -> None:
    path = converted(folder)
    for source in (folder, path):
        with pytest.raises(CheckpointError, match="LLaMA's block"):
            read_base(source)
        with pytest.raises(CheckpointError, match="LLaMA's block"):
            export_gptj(source, tmp_path / "out", ExportOptions(), lambda *_: None)
    assert not (tmp_path / "out").exists()


def change(raw: Any, name: str, value: Any) -> None:
    next(key for key in raw.keys if key.name == name).value = value


BROKEN = {
    "llama.attention.head_count_kv": (1, "head_count_kv 1, CodeGen has all 4"),
    "llama.rope.dimension_count": (8, "rope.dimension_count 8, its heads have 16"),
    "llama.block_count": (137, "block_count 137, not 1 to 136"),
    "llama.context_length": (1 << 31, "context_length 2147483648"),
    "llama.embedding_length": (0, "embedding_length 0"),
    "llama.feed_forward_length": (48, "its sizes say"),
    "llama.attention.layer_norm_rms_epsilon": (float("nan"), "layer_norm_rms_epsilon nan"),
    "general.architecture": ("phi2", "has the key 'llama.context_length'"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_spoiled_file_is_refused(folder: Path, name: str) -> None:
    path = converted(folder, verify=False)
    raw = raw_of(path)
    check_codegen(read_gguf(path))
    change(raw, name, BROKEN[name][0])
    path.write_bytes(raw.build())
    with pytest.raises(InvalidGGUF) as caught:
        check_codegen(read_gguf(path))
    assert BROKEN[name][1] in caught.value.message


def test_the_tensors_are_exactly_its_own(folder: Path) -> None:
    path = converted(folder, verify=False)
    for at, fragment in ((0, "lacks 1 tensors"), (3, "lacks 1 tensors"), (-1, "lacks 1 tensors")):
        raw = raw_of(path)
        del raw.tensors[at]
        spoiled = path.with_name("spoiled.gguf")
        spoiled.write_bytes(raw.build())
        with pytest.raises(InvalidGGUF, match=fragment):
            check_codegen(read_gguf(spoiled))
    raw = raw_of(path)
    raw.tensors[4].name = "blk.0.attn_q.bias"
    spoiled.write_bytes(raw.build())
    with pytest.raises(InvalidGGUF, match=r"blk\.0\.attn_q\.bias"):
        check_codegen(read_gguf(spoiled))


def test_the_shape_stands_in_the_file(folder: Path) -> None:
    meta = read_gguf(converted(folder)).metadata
    assert meta["general.architecture"] == "llama" and meta["codegen.family"] == "Multi"
    assert meta["llama.rope.dimension_count"] == 16
    assert json.loads(meta["codegen.config"])["model_type"] == "llama"


def test_an_adapter_of_codegens_own_block_is_refused(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "adapter.gguf").write_bytes(adapter_parts().build())
    model = converted(folder)
    with pytest.raises(InvalidGGUF, match=r"is 'llama' \(adapters are for CodeGen") as caught:
        check_adapter(read_gguf(tmp_path / "adapter.gguf"), read_gguf(model))
    assert str(caught.value).isprintable()
