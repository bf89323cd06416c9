"""From settings to llama.cpp's parameters, with GPUs that only ggml's list pretends to have.

llama.cpp itself is real and computes on the CPU, whatever it is asked for.
"""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass, field
from typing import Any

import pytest

from codegen_cli.cli import doctor as doctor_module
from codegen_cli.cli.open_engine import open_engine
from codegen_cli.engine import context as context_module
from codegen_cli.engine import devices as devices_module
from codegen_cli.engine import model as model_module
from codegen_cli.engine.bindings import llama, log
from codegen_cli.engine.device import GIB, Device
from codegen_cli.engine.devices import compute_devices
from codegen_cli.engine.listener import Listener
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.load_params import load_params
from codegen_cli.engine.model import Model
from codegen_cli.engine.offload import OffloadPlan
from codegen_cli.engine.placement import (
    ignored_gpu_options,
    parse_gpu_layers,
    read_placement,
)
from codegen_cli.errors import ModelError, UsageError
from codegen_cli.program import NoStop
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

CARD = Device("CUDA0", "card", "gpu", 8 * GIB, 8 * GIB)
SECOND = Device("CUDA1", "card", "gpu", 8 * GIB, 8 * GIB)
FULL = Device("CUDA0", "card", "gpu", 0, 8 * GIB)

#: Enough of a log of llama.cpp's with a GPU.
GPU_LOG = """load_tensors: offloading output layer to GPU
load_tensors: offloaded 20/21 layers to GPU
load_tensors:   CPU_Mapped model buffer size =    35.12 MiB
load_tensors:        CUDA0 model buffer size =   190.60 MiB
load_tensors:    CUDA_Host model buffer size =     1.00 MiB
"""


@dataclass
class Bindings:
    """llama.cpp's bindings that claim a GPU, note what is asked for, and fail when told to."""

    gpu_fails: bool = False
    asked: list[Any] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        return getattr(llama(), name)

    def llama_supports_gpu_offload(self) -> bool:
        return True

    def llama_model_load_from_file(self, path: bytes, params: Any) -> Any:
        self.asked.append(params)
        if self.gpu_fails and params.n_gpu_layers:
            log.receive(4, "cudaMalloc failed: out of memory\n")
            return None
        return llama().llama_model_load_from_file(path, params)


@pytest.fixture
def heard() -> list[str]:
    return []


@pytest.fixture
def listener(heard: list[str]) -> Listener:
    return Listener(
        note=lambda text: heard.append(f"note: {text}"),
        warn=lambda text: heard.append(f"warn: {text}"),
    )


def pretend(monkeypatch: pytest.MonkeyPatch, *devices: Device, gpu_fails: bool = False) -> Bindings:
    """Let the engine see these devices."""
    bindings = Bindings(gpu_fails)
    monkeypatch.setattr(model_module, "llama", lambda: bindings)
    monkeypatch.setattr(model_module, "compute_devices", lambda: list(devices))
    return bindings


def load(settings: EngineSettings, listener: Listener) -> Model:
    model = Model(find_model("nano"), settings, 1, listener=listener)
    model.close()
    return model


def test_one_card_gets_all_layers_and_the_plan_is_said_first(
    monkeypatch: pytest.MonkeyPatch, heard: list[str], listener: Listener
) -> None:
    bindings = pretend(monkeypatch, CARD)
    model = load(EngineSettings(), listener)
    (params,) = bindings.asked
    assert (params.n_gpu_layers, params.main_gpu) == (7, 0)
    assert params.split_mode == llama().LLAMA_SPLIT_MODE_NONE
    assert len(heard) == 1 and heard[0].startswith("note: plan: 7 of 7 layers on CUDA0 (")
    # What was planned is not what this CPU-only llama.cpp did; the placement knows.
    assert str(model.placement).startswith("CPU, 1 thread")


def test_two_cards_get_an_array_of_counts_that_lives_with_the_model(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    bindings = pretend(monkeypatch, CARD, SECOND)
    model = load(EngineSettings(tensor_split=(0.6, 0.4)), listener)
    params = bindings.asked[0]
    assert params.split_mode == llama().LLAMA_SPLIT_MODE_LAYER
    assert list(params.tensor_split[:3]) == [5.0, 2.0, 0.0]
    assert model._params is params


def test_main_gpu_is_the_only_one(monkeypatch: pytest.MonkeyPatch, listener: Listener) -> None:
    bindings = pretend(monkeypatch, CARD, SECOND)
    load(EngineSettings(main_gpu=1, gpu_layers="3"), listener)
    params = bindings.asked[0]
    assert (params.n_gpu_layers, params.main_gpu) == (3, 1)
    assert params.split_mode == llama().LLAMA_SPLIT_MODE_NONE


@pytest.mark.parametrize(("settings", "device"), [("0", CARD), ("auto", FULL)])
def test_without_layers_no_gpu_is_touched(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, settings: str, device: Device
) -> None:
    bindings = pretend(monkeypatch, device)
    load(EngineSettings(gpu_layers=settings), listener)
    params = bindings.asked[0]
    assert (params.n_gpu_layers, params.main_gpu) == (0, -1)
    assert params.split_mode == llama().LLAMA_SPLIT_MODE_NONE


def test_asking_for_no_layers_asks_no_driver(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, heard: list[str]
) -> None:
    pretend(monkeypatch, CARD)
    monkeypatch.setattr(model_module, "compute_devices", lambda: pytest.fail("asked"))
    load(EngineSettings(gpu_layers="0"), listener)
    assert heard == []


def test_a_gpu_that_cannot_load_is_replaced_by_the_cpu_and_said(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, heard: list[str]
) -> None:
    bindings = pretend(monkeypatch, CARD, gpu_fails=True)
    model = load(EngineSettings(), listener)
    assert [params.n_gpu_layers for params in bindings.asked] == [7, 0]
    assert bindings.asked[1].main_gpu == -1
    assert len(heard) == 2
    assert heard[1].startswith("warn: the GPU failed, so the CPU computes instead: ")
    assert "cudaMalloc failed: out of memory" in heard[1]
    assert model.plan.gpu_layers == 0 and str(model.placement).startswith("CPU, ")


def test_without_a_listener_the_fallback_is_a_python_warning(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pretend(monkeypatch, CARD, gpu_fails=True)
    with pytest.warns(RuntimeWarning, match="the CPU computes instead"):
        Model(find_model("nano"), EngineSettings(), 1).close()


def test_a_context_without_room_moves_the_model_and_answers(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, heard: list[str]
) -> None:
    bindings = pretend(monkeypatch, CARD)
    contexts = _FailingOnce()
    monkeypatch.setattr(context_module, "llama", lambda: contexts)
    settings = EngineSettings(threads=1)
    with LlamaEngine(find_model("nano"), settings, listener=listener) as engine:
        *_, last = engine.generate("x = ", Sampling(temperature=0, max_tokens=4), NoStop())
        assert engine.plan.gpu_layers == 0
    assert last.generated_tokens == 4  # type: ignore[union-attr]
    assert [params.n_gpu_layers for params in bindings.asked] == [7, 0]
    assert "no memory for a context of 2048 tokens" in heard[-1]


def test_a_context_without_room_on_the_cpu_is_an_error(listener: Listener) -> None:
    model = Model(find_model("nano"), EngineSettings(), 1, listener=listener)
    with pytest.raises(ModelError, match="nothing left"):
        model.move_to_cpu(ModelError("nothing left"))
    model.close()


class _FailingOnce:
    """The bindings, whose first context has no memory."""

    failed = False

    def __getattr__(self, name: str) -> Any:
        return getattr(llama(), name)

    def llama_init_from_model(self, model: Any, params: Any) -> Any:
        if not self.failed:
            self.failed = True
            return None
        return llama().llama_init_from_model(model, params)


def test_too_many_layers_are_warned_about_before_the_load(
    monkeypatch: pytest.MonkeyPatch, listener: Listener, heard: list[str]
) -> None:
    bindings = pretend(monkeypatch, FULL)
    load(EngineSettings(gpu_layers="all"), listener)
    assert bindings.asked[0].n_gpu_layers == 7
    assert heard[1].startswith("warn: --gpu-layers all will probably not fit (CUDA0: 0.0 of 8.0")


def test_a_gpu_that_is_not_there_is_refused(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    bindings = pretend(monkeypatch, CARD)
    with pytest.raises(UsageError, match="--main-gpu 4 is not here"):
        load(EngineSettings(main_gpu=4), listener)
    assert not bindings.asked


def test_the_context_counts_in_the_plan(
    monkeypatch: pytest.MonkeyPatch, listener: Listener
) -> None:
    bindings = pretend(monkeypatch, CARD)
    load(EngineSettings(), listener)
    load(EngineSettings(kv_tokens=5_000_000), listener)
    assert bindings.asked[0].n_gpu_layers == 7 > bindings.asked[1].n_gpu_layers


def test_the_command_line_says_plan_and_truth(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend(monkeypatch, CARD)
    open_engine("nano", EngineSettings(threads=1)).close()
    said = capsys.readouterr()
    assert said.out == ""
    plan, truth = said.err.splitlines()[-2:]
    assert plan.startswith("plan: 7 of 7 layers on CUDA0")
    assert truth.startswith("nano") and "CPU, 1 thread" in truth


def test_doctor_reports_the_plan_and_what_failed(monkeypatch: pytest.MonkeyPatch) -> None:
    pretend(monkeypatch, CARD)
    report = doctor_module._model("nano", EngineSettings())
    assert report["ok"] and report["plan"].startswith("7 of 7 layers on CUDA0")
    assert report["warnings"] == []
    pretend(monkeypatch, CARD, gpu_fails=True)
    failed = doctor_module._model("nano", EngineSettings())
    assert failed["ok"] and "out of memory" in failed["warnings"][0]
    assert failed["placement"].startswith("CPU, ")


def test_doctor_knows_the_free_memory_of_gpus_only() -> None:
    assert doctor_module._device(CARD)["free_bytes"] == 8 * GIB
    main_memory = doctor_module._device(Device("CPU", "processor", "cpu", 4 * GIB, 4 * GIB))
    assert main_memory["free_bytes"] is None
    assert doctor_module._in_words(main_memory) == "CPU (processor, 4.0 GiB)"
    assert doctor_module._in_words("AVX2") == "AVX2"


def test_a_cpu_only_build_says_no_plan_and_which_options_it_ignores(
    capsys: pytest.CaptureFixture[str],
) -> None:
    if llama().llama_supports_gpu_offload():
        pytest.skip("this build has a GPU")
    settings = EngineSettings("all", threads=1, main_gpu=2, tensor_split=(0.5, 2))
    open_engine("nano", settings).close()
    said = capsys.readouterr().err
    for option in ("--gpu-layers all", "--main-gpu 2", "--tensor-split 0.5,2"):
        assert f"warning: {option} is ignored" in said
    assert "plan:" not in said
    open_engine("nano", EngineSettings(threads=1)).close()
    assert "ignored" not in capsys.readouterr().err


def test_the_placement_is_read_off_the_log() -> None:
    placement = read_placement(GPU_LOG, 21, 2, "AVX2 = 1 | ")
    assert str(placement) == (
        "20/21 layers on CUDA0 (191 MiB); the rest on CPU, 2 threads, kernels: avx2"
    )
    without_buffer = "\n".join(line for line in GPU_LOG.splitlines() if "CUDA0" not in line)
    assert str(read_placement(without_buffer, 21, 1, "")) == "CPU, 1 thread, kernels: generic"
    everything = GPU_LOG.replace("20/21", "21/21")
    assert str(read_placement(everything, 21, 2, "")) == "21/21 layers on CUDA0 (191 MiB)"


def test_errors_are_told_and_warnings_are_not() -> None:
    log.clear()
    for level, line in ((3, "a warning"), (4, "out of memory"), (2, "info"), (4, "cannot load")):
        log.receive(level, line + "\n")
    assert log.last_error() == "out of memory; cannot load"
    log.clear()
    assert log.last_error() == ""


@pytest.mark.parametrize(("text", "request_"), [("auto", "auto"), ("all", "all"), ("12", 12)])
def test_requests_are_read(text: str, request_: object) -> None:
    assert parse_gpu_layers(text) == request_


@pytest.mark.parametrize("text", ["", "-1", "many", "1.5", "0x4"])
def test_other_requests_are_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is not auto, all or a number"):
        parse_gpu_layers(text)


def test_nothing_is_ignored_where_a_gpu_is() -> None:
    settings = EngineSettings("all", main_gpu=1)
    assert ignored_gpu_options(settings, build_has_gpu=True) == []
    assert ignored_gpu_options(EngineSettings("0"), build_has_gpu=False) == []


def test_ggml_tells_its_devices() -> None:
    devices = compute_devices()
    processor = next(device for device in devices if device.kind == "cpu")
    assert processor.total_bytes > GIB and "free" not in str(processor)


def test_the_same_card_seen_twice_counts_once(monkeypatch: pytest.MonkeyPatch) -> None:
    def props(name: bytes, number: int, identity: bytes | None) -> Any:
        return devices_module._Props(name, b"card ", 1, 2, number, identity)

    cards = [props(b"CUDA0", 1, b"01:00.0"), props(b"Vulkan0", 1, b"01:00.0")]
    others = [props(b"BLAS", 3, None), props(b"CPU", 0, None)]
    monkeypatch.setattr(devices_module, "_properties", lambda _library: cards + others)
    assert [device.name for device in compute_devices()] == ["CUDA0", "BLAS", "CPU"]
    assert compute_devices()[0] == Device("CUDA0", "card", "gpu", 1, 2)


def test_an_old_ggml_without_devices_is_no_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices_module, "llama", lambda: type("Old", (), {"_lib": object()}))
    assert compute_devices() == []


def test_the_array_of_shares_has_llama_cpps_length() -> None:
    plan = OffloadPlan(7, (CARD, SECOND), (4, 3))
    params = load_params(llama(), plan, repack=False)
    assert not params.use_extra_bufts
    length = llama().llama_max_devices()
    assert math.isclose(sum(params.tensor_split[:length]), 7)
    assert ctypes.sizeof(ctypes.c_float) * length == 4 * length


@pytest.mark.parametrize(
    ("features", "repacked"), [(b"AVX2 = 1 | ", True), (b"AMX_INT8 = 1 | ", False)]
)
def test_a_build_with_amx_does_without_it(features: bytes, repacked: bool) -> None:
    """What GCC 12 makes of that code crashes."""

    class Build(Bindings):
        def llama_print_system_info(self) -> bytes:
            return b"CPU : " + features

    params = load_params(Build(), OffloadPlan(7), repack=True)
    assert params.use_extra_bufts is repacked
