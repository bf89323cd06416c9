"""What a model needs on a device, beside what llama.cpp then allocates."""

from __future__ import annotations

import re
from pathlib import Path

import gguf
import pytest
from tinygguf import write_tiny_gguf

from codegen_cli.engine.bindings import log
from codegen_cli.engine.context import BATCH_TOKENS, Context
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.memory_need import MemoryNeed, memory_need
from codegen_cli.engine.model import Model
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings

MIB = 1 << 20
F16 = gguf.GGMLQuantizationType.F16


def reported(what: str) -> float:
    """Return the megabytes that llama.cpp's log gives for a buffer."""
    found = re.findall(rf"{what} buffer size = +([\d.]+) MiB", log.text())
    assert len(found) == 1
    return float(found[0])


@pytest.mark.parametrize(
    ("shape", "cells"),
    [
        ({"width": 64, "heads": 1, "rotary": 8}, 100),
        ({"width": 512, "heads": 8, "rotary": 32}, 2048),
        ({"width": 512, "heads": 8, "rotary": 32, "inner": 512}, 2048),
        ({"width": 1024, "heads": 16, "rotary": 32}, 16384),
        ({"width": 1280, "heads": 5, "rotary": 64}, 2048),
    ],
)
def test_the_estimates_hold_what_llama_cpp_allocates(
    tmp_path: Path, shape: dict[str, int], cells: int
) -> None:
    path = write_tiny_gguf(tmp_path / "m.gguf", context=2048, weights=F16, **shape)  # type: ignore[arg-type]
    model = Model(path, EngineSettings(gpu_layers="0"), 1, repack=False)
    weights = reported("model")
    context = Context(model.pointer, cells, 1, model.vocabulary.size, sequences=64)
    cache, compute = reported("KV"), reported("compute")
    context.close()
    model.close()
    need = memory_need(read_gguf(path), cells, BATCH_TOKENS)
    total = sum(need.blocks) + need.output + need.embedding
    assert total / MIB == pytest.approx(weights, rel=0.001, abs=0.02)
    assert need.kv * len(need.blocks) / MIB == pytest.approx(cache, abs=0.01)
    assert compute <= need.compute / MIB <= 1.6 * compute + 1


def test_the_parts_of_the_packaged_model_are_all_of_it() -> None:
    file = read_gguf(find_model("nano"))
    need = memory_need(file, 2048, BATCH_TOKENS)
    assert need.layers == 7 and len(set(need.blocks)) == 1
    parts = sum(need.blocks) + need.output + need.embedding
    assert parts == sum(tensor.nbytes for tensor in file.tensors)
    assert need.output > need.embedding > 0
    assert need.staging == 2 * max(tensor.nbytes for tensor in file.tensors)


def test_more_devices_and_odd_heads_need_more_buffers(tmp_path: Path) -> None:
    def compute(heads: int, devices: int) -> int:
        path = write_tiny_gguf(tmp_path / "m.gguf", width=512, heads=heads, rotary=8)
        return memory_need(read_gguf(path), 2048, 512, devices=devices).compute

    assert compute(8, 2) - compute(8, 1) == 3 * 2048 * 512 * 2
    assert compute(16, 1) - compute(8, 1) == 2 * 2048 * 512 * 16 * 4


def test_layers_count_the_output() -> None:
    assert MemoryNeed((1, 1, 1), 1, 1, 1, 1).layers == 4
