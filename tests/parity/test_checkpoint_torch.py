"""The checkpoint reader against torch and safetensors themselves: same names, shapes and bits."""

from __future__ import annotations

import collections
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen_cli.convert.checkpoint import open_checkpoint
from codegen_cli.errors import CheckpointError

torch = pytest.importorskip("torch")
safetensors_torch = pytest.importorskip("safetensors.torch")

TYPES = {"F32": torch.float32, "F16": torch.float16, "BF16": torch.bfloat16}
Save = Callable[[dict[str, Any], Path], None]


def save_safetensors(state: dict[str, Any], folder: Path) -> None:
    whole = {name: tensor.clone().contiguous() for name, tensor in state.items()}
    safetensors_torch.save_file(whole, folder / "model.safetensors", {"format": "pt"})


def saver(**options: object) -> Save:
    return lambda state, folder: torch.save(state, folder / "pytorch_model.bin", **options)


SAVERS = {
    "safetensors": save_safetensors,
    "torch": saver(),
    **{f"protocol {number}": saver(pickle_protocol=number) for number in (3, 4, 5)},
}


def every_bit() -> dict[str, Any]:
    """Return all 16-bit patterns as both half types, and random float32 patterns."""
    bits = torch.arange(-(2**15), 2**15, dtype=torch.int16)
    generator = torch.Generator().manual_seed(0)
    random = torch.randint(-(2**31), 2**31, (1000,), generator=generator, dtype=torch.int64)
    return {
        "F16": bits.clone().view(torch.float16).reshape(256, 256),
        "BF16": bits.view(torch.bfloat16).reshape(256, 256),
        "F32": random.to(torch.int32).view(torch.float32).reshape(10, 100),
    }


def views() -> dict[str, Any]:
    base = torch.arange(60, dtype=torch.float32).reshape(3, 4, 5)
    half = torch.arange(12, dtype=torch.float32).to(torch.bfloat16).reshape(3, 4)
    return {
        "base": base,
        "tied": base,
        "transposed": base.permute(2, 0, 1),
        "offset": base[1:, 1:3, 2:],
        "steps": base[:, ::2],
        "row": base[2, 3],
        "scalar": base[0, 0, 3],
        "empty": base[:0],
        "parameter": torch.nn.Parameter(base.clone()),
        "bf16.t": half.t(),
        "f16": half.to(torch.float16)[1:],
    }


def check_equal(folder: Path, state: dict[str, Any]) -> None:
    with open_checkpoint(folder) as checkpoint:
        assert set(checkpoint.tensors) == set(state)
        for name, expected in state.items():
            lazy, expected = checkpoint.tensors[name], expected.detach()
            assert lazy.shape == tuple(expected.shape)
            assert TYPES[lazy.dtype] is expected.dtype
            wide = expected.float().contiguous().numpy()
            np.testing.assert_array_equal(lazy.float32(), wide)
            number = torch.int32 if lazy.dtype == "F32" else torch.int16
            bits = expected.contiguous().reshape(-1).view(number).numpy()
            np.testing.assert_array_equal(lazy.raw().reshape(-1).view(bits.dtype), bits)
            lazy.release()
            if wide.ndim and len(wide) > 1:
                rows = np.array([len(wide) - 1, 0, 0])
                np.testing.assert_array_equal(lazy.float32(rows), wide[rows])
                np.testing.assert_array_equal(lazy.float32(slice(1, None)), wide[1:])


@pytest.mark.parametrize("save", SAVERS)
@pytest.mark.parametrize("state", [every_bit, views])
def test_same_bits(tmp_path: Path, save: str, state: Callable[[], dict[str, Any]]) -> None:
    tensors = state()
    SAVERS[save](tensors, tmp_path)
    check_equal(tmp_path, tensors)


def test_bfloat16_widens_as_in_torch(tmp_path: Path) -> None:
    bits = every_bit()["BF16"]
    torch.save({"w": bits}, tmp_path / "pytorch_model.bin")
    with open_checkpoint(tmp_path) as checkpoint:
        got = checkpoint.tensors["w"].float32().view(np.uint32)
    np.testing.assert_array_equal(got, bits.float().numpy().view(np.uint32))


def test_a_module_with_its_metadata_and_masks(tmp_path: Path) -> None:
    module = torch.nn.Sequential(torch.nn.Embedding(7, 4), torch.nn.LayerNorm(4))
    module.register_buffer("mask", torch.tril(torch.ones(5, 5, dtype=torch.bool)))
    module.register_buffer("bytes", torch.ones(2, dtype=torch.uint8))
    module.register_buffer("wide", torch.ones(2, dtype=torch.float64))
    module.register_buffer("steps", torch.tensor(3))
    state = module.state_dict()
    assert isinstance(state, collections.OrderedDict)
    assert "_metadata" in vars(state)
    others = {"mask": "BOOL", "bytes": "U8", "wide": "F64", "steps": "I64"}
    for save in (saver(), save_safetensors):
        save(state, tmp_path)
        with open_checkpoint(tmp_path) as checkpoint:
            assert dict(checkpoint.other) == others
            assert set(checkpoint.tensors) == set(state) - set(others)


def test_state_dict_inside_a_training_checkpoint(tmp_path: Path) -> None:
    state = views()
    torch.save(
        {"state_dict": state, "epoch": 2, "loss": 0.5, "by": "a"}, tmp_path / "pytorch_model.bin"
    )
    check_equal(tmp_path, state)


def test_shards_of_both_formats(tmp_path: Path) -> None:
    parts = {"a": every_bit(), "b": {"w": torch.ones(3)}}
    for kind, suffix in (("pytorch_model", "bin"), ("model", "safetensors")):
        owners = {}
        for part, tensors in parts.items():
            if suffix == "bin":
                torch.save(tensors, tmp_path / f"{part}.bin")
            else:
                safetensors_torch.save_file(tensors, tmp_path / f"{part}.safetensors")
            owners |= dict.fromkeys(tensors, f"{part}.{suffix}")
        index = json.dumps({"metadata": {"total_size": 1}, "weight_map": owners})
        (tmp_path / f"{kind}.{suffix}.index.json").write_text(index)
        check_equal(tmp_path, parts["a"] | parts["b"])
        with open_checkpoint(tmp_path) as checkpoint:
            assert checkpoint.files == (tmp_path / f"a.{suffix}", tmp_path / f"b.{suffix}")


@pytest.mark.parametrize(
    "tensor",
    [
        torch.ones(1).expand(8, 8),
        torch.ones(8).as_strided((4, 4), (1, 1)),
        torch.zeros(2, dtype=torch.uint16),
        torch.zeros(2, dtype=torch.float8_e4m3fn),
        torch.zeros(2, dtype=torch.complex64),
        torch.zeros(2, 2).to_sparse(),
        torch._neg_view(torch.ones(2)),
    ],
    ids=["stride 0", "overlap", "uint16", "float8", "complex", "sparse", "negated"],
)
def test_unusual_tensors_are_refused(tmp_path: Path, tensor: Any) -> None:
    torch.save({"w": tensor}, tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match=r"pytorch_model\.bin"):
        open_checkpoint(tmp_path)


def test_the_format_before_1_6_is_refused_with_a_way_out(tmp_path: Path) -> None:
    path, state = tmp_path / "pytorch_model.bin", views()
    torch.save(state, path, _use_new_zipfile_serialization=False)
    with pytest.raises(CheckpointError, match=r"weights_only=True") as caught:
        open_checkpoint(tmp_path)
    assert "torch before 1.6" in str(caught.value)
    torch.save(torch.load(path, weights_only=True), path)
    check_equal(tmp_path, state)


def test_a_whole_pickled_module_is_refused(tmp_path: Path) -> None:
    torch.save(torch.nn.Linear(2, 2), tmp_path / "pytorch_model.bin")
    with pytest.raises(CheckpointError, match=r"asks to run torch\.nn\.modules\.linear\.Linear"):
        open_checkpoint(tmp_path)


def test_what_torch_refuses_is_refused(tmp_path: Path) -> None:
    """An object whose pickle runs a command; torch's own restricted reader is the witness."""

    class Attack:
        def __reduce__(self) -> tuple[Any, ...]:
            import os

            return os.system, (f"touch {tmp_path / 'canary'}",)

    path = tmp_path / "pytorch_model.bin"
    torch.save({"w": torch.ones(2), "x": Attack()}, path)
    with pytest.raises(pickle.UnpicklingError):
        torch.load(path, weights_only=True)
    with pytest.raises(CheckpointError, match=r"asks to run (posix|nt)\.system"):
        open_checkpoint(tmp_path)
    assert not (tmp_path / "canary").exists()


def test_a_codegen_model_saved_by_transformers(tmp_path: Path) -> None:
    transformers = pytest.importorskip("transformers")
    config = transformers.CodeGenConfig(
        vocab_size=64, n_positions=16, n_embd=32, n_layer=2, n_head=4, rotary_dim=4
    )
    model = transformers.CodeGenForCausalLM(config)
    model.save_pretrained(tmp_path, max_shard_size="20KB")
    state = dict(model.state_dict())
    with open_checkpoint(tmp_path) as checkpoint:
        assert len(checkpoint.files) > 1
        assert "transformer.h.1.attn.qkv_proj.weight" in checkpoint.tensors
        state = {name: tensor for name, tensor in state.items() if name in checkpoint.tensors}
        assert len(state) == len(checkpoint.tensors)
    check_equal(tmp_path, state)
