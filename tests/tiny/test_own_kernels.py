"""When the optional kernels are used, and what is said of it; the package itself is not needed."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from codegen_cli.engine import kernels
from codegen_cli.engine.bindings import llama
from codegen_cli.engine.gguf import TensorInfo
from codegen_cli.engine.kernels import CpuKernels, cpu_kernels, use_kernels
from codegen_cli.engine.listener import Listener
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.load_params import load_params
from codegen_cli.engine.offload import OffloadPlan
from codegen_cli.engine.placement import read_placement
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

QUANTIZED = [TensorInfo("blk.0.attn_qkv.weight", (64, 64), "Q8_0", 0, 0)]
FLOATS = [TensorInfo("blk.0.attn_qkv.weight", (64, 64), "F32", 0, 0)]
EMBEDDING = [TensorInfo("token_embd.weight", (64, 64), "Q8_0", 0, 0)]


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.delenv("CODEGEN_KERNELS", raising=False)
    kernels._load.cache_clear()
    kernels._told.clear()
    yield
    kernels._load.cache_clear()


class Refused(Exception):
    pass


#: For each switching: products, attention.
Switched = list[tuple[bool, bool]]


def install(monkeypatch: pytest.MonkeyPatch, load: Any) -> None:
    package = SimpleNamespace(load=load, NotLoaded=Refused)
    monkeypatch.setitem(sys.modules, "codegen_kernels", package)


@pytest.fixture
def switch(monkeypatch: pytest.MonkeyPatch) -> Switched:
    """Kernels that are installed and fit; every switching of them is noted."""
    seen: Switched = []
    loaded = SimpleNamespace(name="fast", enable=lambda *kinds: seen.append(kinds))
    install(monkeypatch, lambda *_: loaded)
    return seen


def never(message: str) -> None:
    raise AssertionError(message)


def test_without_the_package_nothing_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "codegen_kernels", None)
    assert use_kernels(QUANTIZED, wanted=True, warn=never) == ""
    assert str(cpu_kernels()) == "not used: codegen-kernels is not installed"


def test_they_are_switched_for_each_model(switch: Switched) -> None:
    assert use_kernels(QUANTIZED, wanted=True, warn=never) == "fast"
    assert use_kernels(QUANTIZED, wanted=False, warn=never) == ""
    assert use_kernels(FLOATS, wanted=True, warn=never) == ""
    assert use_kernels(EMBEDDING, wanted=True, warn=never) == ""
    assert [products for products, _ in switch] == [True, False, False, False]


@pytest.mark.parametrize(("variable", "attention"), [("", True), ("products", False)])
def test_attention_can_be_left_to_llama_cpp(
    monkeypatch: pytest.MonkeyPatch,
    switch: Switched,
    variable: str,
    attention: bool,
) -> None:
    monkeypatch.setenv("CODEGEN_KERNELS", variable)
    assert use_kernels(QUANTIZED, wanted=True, warn=never) == "fast"
    assert switch == [(True, attention)]


def test_they_are_not_even_loaded_where_unwanted(switch: Switched) -> None:
    """Loaded, the backend would be in the way of several GPUs."""
    use_kernels(QUANTIZED, wanted=False, warn=never)
    assert kernels._load.cache_info().currsize == 0
    assert switch == []


def test_the_variable_keeps_them_out(monkeypatch: pytest.MonkeyPatch, switch: Switched) -> None:
    monkeypatch.setenv("CODEGEN_KERNELS", "OFF")
    assert use_kernels(QUANTIZED, wanted=True, warn=never) == ""
    assert cpu_kernels() == CpuKernels(reason="CODEGEN_KERNELS=off")


def test_a_refusal_is_told_once_and_llama_cpp_computes(monkeypatch: pytest.MonkeyPatch) -> None:
    def load(*_: Any) -> None:
        raise Refused("of another version")

    install(monkeypatch, load)
    told: list[str] = []
    for _ in range(2):
        listener = Listener(warn=told.append)
        with LlamaEngine(find_model("nano"), EngineSettings(threads=1), listener=listener) as nano:
            assert "codegen-kernels" not in nano.placement
    assert told == ["codegen-kernels is not used: of another version; llama.cpp computes instead"]


def test_the_placement_says_so_only_with_weights_of_theirs() -> None:
    packed = "load_tensors:  CPU_CODEGEN model buffer size =   322.00 MiB\n"
    own = read_placement(packed, 21, 2, "AVX2 = 1", "avx512-vnni")
    assert str(own) == "CPU, 2 threads, kernels: avx512-vnni (codegen-kernels)"
    none = read_placement("load_tensors: CPU model buffer size = 9 MiB", 21, 2, "AVX2 = 1", "x")
    assert str(none) == "CPU, 2 threads, kernels: avx2"


def test_packed_weights_are_read_not_mapped() -> None:
    params = load_params(llama(), OffloadPlan(7), repack=True, packed=True)
    assert params.load_mode == llama().LLAMA_LOAD_MODE_NONE
    params = load_params(llama(), OffloadPlan(7), repack=True)
    assert params.load_mode == llama().LLAMA_LOAD_MODE_AUTO
