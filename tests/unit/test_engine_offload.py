"""The plan of layers on GPUs, for devices that are not here."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen_cli.engine.device import GIB, Device, usable_gpus
from codegen_cli.engine.gpu_room import GPURoom, by_share
from codegen_cli.engine.memory_need import MemoryNeed
from codegen_cli.engine.offload import RESERVE_BYTES, OffloadPlan, plan_offload
from codegen_cli.errors import UsageError

MIB = 1 << 20


def gpu(free: float, total: float | None = None, number: int = 0, kind: str = "gpu") -> Device:
    """Return a device with so many GiB."""
    whole = free if total is None else total
    return Device(f"CUDA{number}", "card", kind, int(free * GIB), int(whole * GIB))  # type: ignore[arg-type]


CPU = Device("CPU", "processor", "cpu", 64 * GIB, 64 * GIB)

#: The released sizes: bits a weight, blocks, width; vocabulary 51200, context 2048.
SIZES = {
    "350M Q4_K_M": (4.85, 20, 1024),
    "2B Q8_0": (8.5, 32, 2560),
    "6B F16": (16.0, 33, 4096),
    "16B Q4_K_M": (4.85, 34, 6144),
    "16B F16": (16.0, 34, 6144),
}


def need_of(size: str, cells: int = 2048) -> MemoryNeed:
    """Return about what a released model needs."""
    bits, blocks, width = SIZES[size]
    matrix = int(51200 * width * bits / 8)
    return MemoryNeed(
        blocks=(int(12 * width * width * bits / 8),) * blocks,
        output=matrix,
        embedding=matrix,
        kv=2 * 2 * cells * width,
        compute=512 * 4 * (9 * width + 51200) + 2 * 512 * cells,
        staging=2 * matrix,
    )


def least_bytes(need: MemoryNeed, counts: Sequence[int]) -> list[int]:
    """Count apart from the code under test what each device holds, staging included."""
    sizes = [block + need.kv for block in need.blocks] + [need.output]
    sizes = sizes[len(sizes) - sum(counts) :]
    held = []
    for count in counts:
        extra = need.compute + (need.staging if sum(counts) < need.layers else 0)
        held.append(sum(sizes[:count]) + extra if count else 0)
        sizes = sizes[count:]
    return held


@pytest.mark.parametrize(
    ("size", "free", "expected"),
    [
        # By hand: 8160 MB - 1074 reserve - 220 compute - 381 staging - 191 output leaves room for
        # 19 blocks of 275 MB with 50 MB of cache.
        ("16B Q4_K_M", [7.6], range(20, 21)),
        ("6B F16", [23.5], range(34, 35)),
        ("6B F16", [11.5], range(19, 25)),
        ("350M Q4_K_M", [3.5], range(21, 22)),
        ("16B F16", [139.0], range(35, 36)),
        ("16B F16", [23.5, 15.5], range(35, 36)),
        ("16B F16", [23.5, 7.5], range(24, 35)),
        ("350M Q4_K_M", [0.9], range(0, 1)),
        ("350M Q4_K_M", [0.0], range(0, 1)),
        ("350M Q4_K_M", [], range(0, 1)),
    ],
)
def test_auto_takes_what_fits(size: str, free: list[float], expected: range) -> None:
    devices = [CPU, *(gpu(f, 24, i) for i, f in enumerate(free))]
    plan = plan_offload("auto", devices, need_of(size))
    assert plan.gpu_layers in expected and not plan.warning
    held = least_bytes(need_of(size), plan.per_device)
    for taken, device in zip(held, plan.devices, strict=True):
        assert not taken or taken <= device.free_bytes - RESERVE_BYTES


def test_two_cards_share_by_free_memory() -> None:
    plan = plan_offload("auto", [gpu(23, number=0), gpu(12, number=1)], need_of("6B F16"))
    assert sum(plan.per_device) == 34
    assert 20 <= plan.per_device[0] <= 24
    assert str(plan).startswith(f"plan: 34 of 34 layers: {plan.per_device[0]} on CUDA0 (")
    assert f", {plan.per_device[1]} on CUDA1 (" in plan.reason


def test_a_full_card_beside_a_free_one_gets_nothing() -> None:
    plan = plan_offload("auto", [gpu(0.2, 24, 0), gpu(20, 24, 1)], need_of("6B F16"))
    assert plan.per_device == (0, 34)
    assert plan.reason.startswith("34 of 34 layers on CUDA1 (")
    assert plan.reason.endswith(" GiB, 20.0 of 24.0 GiB free)")


def test_a_huge_cache_leaves_room_for_fewer_layers() -> None:
    small, huge = (
        plan_offload("auto", [gpu(11)], need_of("2B Q8_0", cells)).gpu_layers
        for cells in (2048, 64 * 2048)
    )
    assert small == 33 and 0 < huge < 12


def test_uneven_layers_fit_by_filling_where_shares_do_not() -> None:
    need = MemoryNeed((900, 100, 100, 100), 100, 0, 0, 0)
    devices = [Device("A", "", "gpu", 900, 900), Device("B", "", "gpu", 500, 900)]
    assert GPURoom([900, 500], need).by_share(5) != (1, 4)
    assert plan_offload("auto", devices, need, reserve_bytes=0).per_device == (1, 4)


def test_all_is_obeyed_and_warned_about() -> None:
    plan = plan_offload("all", [gpu(7.6, 8)], need_of("16B Q4_K_M"))
    assert plan.per_device == (35,)
    fitting = plan_offload("auto", [gpu(7.6, 8)], need_of("16B Q4_K_M")).gpu_layers
    assert plan.warning == (
        "--gpu-layers all will probably not fit (CUDA0: 7.6 of 8.0 GiB free); "
        f"--gpu-layers auto would take {fitting} of 35 layers"
    )
    assert not plan_offload("all", [gpu(24)], need_of("350M Q4_K_M")).warning
    assert plan_offload("all", [gpu(0, 8)], need_of("350M Q4_K_M")).per_device == (21,)


def test_a_number_is_clamped_and_said() -> None:
    plan = plan_offload(99, [gpu(24)], need_of("350M Q4_K_M"))
    assert plan.per_device == (21,)
    assert plan.reason.endswith("; the model has no 99 layers") and not plan.warning
    exact = plan_offload(21, [gpu(24)], need_of("350M Q4_K_M"))
    assert exact.per_device == (21,) and "has no" not in exact.reason
    assert plan_offload(34, [gpu(7.6, 8)], need_of("16B Q4_K_M")).warning.startswith(
        "--gpu-layers 34 will probably not fit"
    )


def test_the_rest_is_named() -> None:
    plan = plan_offload(5, [CPU, gpu(24)], need_of("350M Q4_K_M"))
    assert plan.reason.startswith("5 of 21 layers on CUDA0 (0.")
    assert plan.reason.endswith(
        " GiB, 24.0 of 24.0 GiB free); 16 and the token embeddings on the CPU"
    )


def test_no_layers_have_a_reason() -> None:
    plan = plan_offload("auto", [gpu(0.0, 8)], need_of("350M Q4_K_M"))
    assert plan.reason == (
        "all 21 layers on the CPU: none fits on a GPU (CUDA0: 0.0 of 8.0 GiB free)"
    )
    assert plan_offload(0, [gpu(24)], need_of("350M Q4_K_M")).gpu_layers == 0
    assert plan_offload("all", [CPU], need_of("350M Q4_K_M")) == OffloadPlan(21)


def test_a_card_that_does_not_tell_its_memory_is_left_alone_by_auto() -> None:
    silent = Device("X0", "card", "gpu", 0, 0)
    auto = plan_offload("auto", [silent], need_of("350M Q4_K_M"))
    assert auto.gpu_layers == 0 and "X0: memory unknown" in auto.reason
    assert "X0: memory unknown" in plan_offload(3, [silent], need_of("350M Q4_K_M")).warning


def test_main_gpu_uses_that_one_alone() -> None:
    devices = [gpu(24, number=0), gpu(6, number=1)]
    plan = plan_offload("auto", devices, need_of("6B F16"), main_gpu=1)
    assert plan.per_device[0] == 0 and 0 < plan.per_device[1] < 20
    assert plan_offload("all", devices, need_of("6B F16"), main_gpu=1).per_device == (0, 34)


def test_tensor_split_decides_and_auto_still_fits() -> None:
    devices = [gpu(24, number=0), gpu(24, number=1)]
    plan = plan_offload("auto", devices, need_of("350M Q4_K_M"), tensor_split=(0.6, 0.4))
    assert plan.per_device == (13, 8)
    one_sided = plan_offload("auto", devices, need_of("350M Q4_K_M"), tensor_split=(0, 3))
    assert one_sided.per_device == (0, 21)
    assert plan_offload("auto", devices, need_of("350M Q4_K_M"), tensor_split=(1,)).per_device == (
        21,
        0,
    )
    tight = [gpu(24, number=0), gpu(3, number=1)]
    fitted = plan_offload("auto", tight, need_of("6B F16"), tensor_split=(1, 1))
    assert 0 < fitted.gpu_layers < 34 and abs(fitted.per_device[0] - fitted.per_device[1]) <= 1


@pytest.mark.parametrize(
    ("main_gpu", "split", "message"),
    [
        (2, (), "--main-gpu 2 is not here"),
        (0, (1, 1), "exclude each other"),
        (None, (1, 1, 1), "has 3 shares"),
        (None, (0, 0), "not all 0"),
        (None, (1, -1), "from 0 on"),
        (None, (float("nan"), 1), "from 0 on"),
        (None, (float("inf"), 1), "from 0 on"),
    ],
)
def test_impossible_choices_are_refused(
    main_gpu: int | None, split: tuple[float, ...], message: str
) -> None:
    devices = [gpu(24, number=0), gpu(24, number=1)]
    with pytest.raises(UsageError, match=message):
        plan_offload("auto", devices, need_of("350M Q4_K_M"), main_gpu=main_gpu, tensor_split=split)


def test_integrated_gpus_count_only_without_others() -> None:
    card, chip, blas = gpu(8), gpu(16, kind="igpu"), gpu(1, kind="accel")
    assert usable_gpus([CPU, chip, card, blas]) == (card,)
    assert usable_gpus([CPU, chip, blas]) == (chip,)
    assert usable_gpus([CPU, blas]) == ()


def test_main_memory_is_not_called_free() -> None:
    assert str(CPU) == "CPU (processor, 64.0 GiB)"
    assert str(gpu(7.5, 8)) == "CUDA0 (card, 7.5 of 8.0 GiB free)"


needs = st.builds(
    MemoryNeed,
    blocks=st.lists(st.integers(1, 900 * MIB), min_size=1, max_size=40).map(tuple),
    output=st.integers(1, 900 * MIB),
    embedding=st.integers(0, 900 * MIB),
    kv=st.integers(0, 200 * MIB),
    compute=st.integers(0, 900 * MIB),
    staging=st.integers(0, 900 * MIB),
)
cards = st.lists(st.integers(0, 30 * GIB), min_size=1, max_size=4).map(
    lambda free: [
        Device(f"CUDA{number}", "", "gpu", some, 30 * GIB) for number, some in enumerate(free)
    ]
)
splits = st.lists(st.floats(0, 10), min_size=1, max_size=4)


@given(needs, cards, st.none() | splits)
def test_auto_never_overcommits_and_never_leaves_one_gpu_short(
    need: MemoryNeed, devices: list[Device], split: list[float] | None
) -> None:
    shares = split[: len(devices)] if split and any(split[: len(devices)]) else []
    plan = plan_offload("auto", devices, need, tensor_split=shares)
    assert len(plan.per_device) == len(devices) and 0 <= plan.gpu_layers <= need.layers
    for taken, device in zip(least_bytes(need, plan.per_device), devices, strict=True):
        assert not taken or taken <= device.free_bytes - RESERVE_BYTES
    if len(devices) == 1 and plan.gpu_layers < need.layers:
        more = least_bytes(need, [plan.gpu_layers + 1])[0]
        assert more > devices[0].free_bytes - RESERVE_BYTES


@given(needs, cards, st.sampled_from(["all", 0, 1, 7, 1000]))
def test_requests_are_obeyed_and_warned_about_exactly_when_they_do_not_fit(
    need: MemoryNeed, devices: list[Device], request: int | str
) -> None:
    plan = plan_offload(request, devices, need)  # type: ignore[arg-type]
    wanted = need.layers if request == "all" else min(int(request), need.layers)
    assert plan.gpu_layers == wanted
    held = least_bytes(need, plan.per_device)
    fits = all(
        not taken or taken <= device.free_bytes - RESERVE_BYTES
        for taken, device in zip(held, devices, strict=True)
    )
    assert bool(plan.warning) == (not fits)


@given(st.integers(1, 140), splits.filter(any))
def test_every_layer_has_a_home(layers: int, shares: list[float]) -> None:
    assert sum(by_share(layers, shares)) == layers


@given(st.lists(st.integers(0, 60), min_size=2, max_size=5).filter(any))
def test_counts_as_shares_give_back_the_counts_in_float32(counts: list[int]) -> None:
    """A second writing of load_tensors in `src/llama-model.cpp`, with its types."""
    ends, total = [], np.float32(0)
    for count in counts:
        total += np.float32(count)
        ends.append(total)
    ends = [end / total for end in ends]
    layers = sum(counts)
    homes = [
        int(np.searchsorted(ends, np.float32(k) / np.float32(layers), side="right"))
        for k in range(layers)
    ]
    assert [homes.count(device) for device in range(len(counts))] == counts
    assert by_share(layers, counts) == tuple(counts)
