"""Whole models: as near to the unquantized one as stock llama.cpp's, in every type."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import gguf
import numpy as np
import pytest
from conftest import TYPES, Models
from process import finish, start
from sides import context, divergence, logits, model, read, tokens

from codegen_cli.engine.bindings import llama
from codegen_cli.engine.context import Context
from codegen_cli.engine.gguf import read_gguf

TEXT = tokens(200)

#: What is counted as noise of a divergence: two ways to round F16 are 1e-9 to 1e-7 apart.
NOISE = 2e-7


def check_quality(models: Models, file_type: str, reference: np.ndarray) -> None:
    path = models.path(file_type)
    stock = divergence(reference, logits(path, TEXT, own=False))
    own = divergence(reference, logits(path, TEXT, own=True))
    assert 0 <= own <= 1.02 * stock + NOISE, (own, stock)


@pytest.fixture(scope="module")
def reference(models: Models) -> np.ndarray:
    with model(models.path("F32"), own=False) as loaded, context(loaded) as on:
        return read(on, TEXT)


@pytest.fixture(scope="module")
def wide_reference(wide_models: Models) -> np.ndarray:
    with model(wide_models.path("F32"), own=False) as loaded, context(loaded) as on:
        return read(on, TEXT)


@pytest.mark.parametrize("file_type", TYPES)
def test_no_type_loses_more_than_stock(
    models: Models, reference: np.ndarray, file_type: str
) -> None:
    check_quality(models, file_type, reference)


@pytest.mark.parametrize("file_type", ["Q8_0", "Q4_K_M"])
def test_nor_at_the_width_of_2B(
    wide_models: Models, wide_reference: np.ndarray, file_type: str
) -> None:
    check_quality(wide_models, file_type, wide_reference)


def test_float32_models_are_left_to_llama_cpp(models: Models) -> None:
    with model(models.path("F32"), own=False) as loaded:
        assert "codegen-kernels" not in str(loaded.placement)


def test_threads_and_batches_change_no_more_than_stock(models: Models) -> None:
    """Not to the bit: llama.cpp's attention adds up differently in other batches."""

    def differences(*, own: bool) -> tuple[float, float]:
        with model(models.path("Q4_K_M"), own=own) as loaded:
            with context(loaded) as on:
                together = read(on, TEXT[:100])
            with context(loaded) as on:
                pieces = [read(on, TEXT[i : min(i + 7, 100)], i) for i in range(0, 100, 7)]
            with context(loaded, threads=2) as on:
                two = read(on, TEXT[:100])
        return divergence(together, np.concatenate(pieces)), divergence(together, two)

    stock, own = differences(own=False), differences(own=True)
    assert own[0] <= 2 * stock[0] + NOISE
    assert own[1] <= 2 * stock[1] + NOISE


def test_attention_is_computed_here_and_differs_by_rounding(models: Models) -> None:
    """It is neither llama.cpp's flash attention nor what that does where it gives this up."""
    path = models.path("Q8_0")
    here = logits(path, TEXT, own=True)
    flash = logits(path, TEXT, own=True, attention=False)
    with model(path, own=True) as loaded:
        on = Context(loaded.pointer, 512, 1, loaded.vocabulary.size, flash=False)
        plain = read(on, TEXT)
        on.close()
    for theirs in (flash, plain):
        assert (here != theirs).any()
        assert divergence(theirs, here) < 1e-4  # half of what Q8_0 itself loses
    assert (flash != plain).any()


def test_heads_without_a_kernel_are_left_to_llama_cpp(odd_models: Models) -> None:
    path = odd_models.path("Q8_0")
    assert (logits(path, TEXT, own=True) == logits(path, TEXT, own=True, attention=False)).all()


def test_two_contexts_of_one_model_at_a_time(models: Models) -> None:
    texts = [tokens(90, seed) for seed in (1, 2)]
    with model(models.path("Q8_0"), own=True) as loaded:
        with context(loaded) as on:
            alone = [read(on, texts[0]), read(on, texts[1], sequence=1)]
        with context(loaded) as first, context(loaded) as second, ThreadPoolExecutor(2) as pool:
            for _ in range(5):
                both = list(pool.map(read, (first, second), texts))
                for found, wanted in zip(both, alone, strict=True):
                    assert divergence(wanted, found) < 1e-6
                first.remove(0)
                second.remove(0)


def test_a_stock_model_beside_one_on_the_kernels(models: Models) -> None:
    path = models.path("Q8_0")
    wanted = [logits(path, TEXT[:50], own=own) for own in (False, True)]
    with (
        model(path, own=False) as stock,
        model(path, own=True) as own,
        context(own) as b,
        context(stock) as a,
    ):
        assert (read(a, TEXT[:50]) == wanted[0]).all()
        assert (read(b, TEXT[:50]) == wanted[1]).all()


@pytest.mark.parametrize("file_type", TYPES)
def test_a_packed_model_is_saved_as_it_was(models: Models, tmp_path: Path, file_type: str) -> None:
    """llama.cpp reads every tensor back out of the packed memory."""
    path, saved = models.path(file_type), tmp_path / "saved.gguf"
    with model(path, own=True) as loaded:
        llama().llama_model_save_to_file(loaded.pointer, str(saved).encode())
    contents = [
        {t.name: t.data.tobytes() for t in gguf.GGUFReader(file).tensors} for file in (path, saved)
    ]
    assert contents[0] == contents[1]


def test_a_state_is_saved_and_restored(models: Models) -> None:
    c = llama()
    with model(models.path("Q4_0"), own=True) as loaded, context(loaded) as on:
        read(on, TEXT[:40])
        size = c.llama_state_get_size(on.pointer)
        room = (c.ctypes.c_uint8 * size)()
        size = c.llama_state_get_data(on.pointer, room, size)
        wanted = read(on, TEXT[40:60], 40)
        with context(loaded) as other:
            assert c.llama_state_set_data(other.pointer, room, size) == size
            assert (read(other, TEXT[40:60], 40) == wanted).all()


def test_packed_weights_are_not_kept_twice(models: Models) -> None:
    path = models.path("Q8_0")
    with model(path, own=True) as loaded:
        assert loaded._params.load_mode == llama().LLAMA_LOAD_MODE_NONE
        maps = Path("/proc/self/maps")
        assert not maps.exists() or str(path) not in maps.read_text()


def test_processes_share_nothing(models: Models) -> None:
    path = models.path("Q4_K_M")
    children = [start(model=path) for _ in range(2)]
    reports = [finish(child) for child in children]
    assert reports[0] == reports[1]
    assert reports[0]["name"]


@pytest.mark.parametrize("kind", ["F32", "F16", "BF16"])
def test_adapters_of_packed_weights(models: Models, tmp_path: Path, kind: str) -> None:
    """llama.cpp puts them into packed memory as well; for BF16 there is no kernel."""
    c, path = llama(), models.path("Q8_0")
    file = write_adapter(tmp_path / "adapter.gguf", path, gguf.GGMLQuantizationType[kind])
    found = []
    for own in (False, True):
        with model(path, own=own) as loaded, context(loaded) as on:
            adapter = c.llama_adapter_lora_init(loaded.pointer, str(file).encode())
            one, scale = (c.llama_adapter_lora_p_ctypes * 1)(adapter), (c.ctypes.c_float * 1)(1.0)
            assert c.llama_set_adapters_lora(on.pointer, one, 1, scale) == 0
            found.append(read(on, TEXT))
    plain = logits(path, TEXT, own=True)
    # The adapter changes a lot, and the same on both sides, up to how they round activations.
    assert divergence(plain, found[1]) > 0.01
    assert divergence(found[0], found[1]) < 0.01 * divergence(plain, found[1])


def write_adapter(path: Path, base: Path, kind: gguf.GGMLQuantizationType, rank: int = 5) -> Path:
    writer = gguf.GGUFWriter(path, "phi2")
    writer.add_string("general.type", "adapter")
    writer.add_string("adapter.type", "lora")
    writer.add_float32("adapter.lora.alpha", 2.0 * rank)
    draw = np.random.default_rng(3)
    for tensor in read_gguf(base).tensors:
        if not tensor.name.startswith("blk.") or len(tensor.shape) != 2:
            continue
        columns, rows = tensor.shape
        for part, shape in (("a", (rank, columns)), ("b", (rows, rank))):
            values = draw.normal(0, 0.05, shape).astype(np.float32)
            data = gguf.quants.quantize(values, kind)
            writer.add_tensor(f"{tensor.name}.lora_{part}", data, raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    return path
