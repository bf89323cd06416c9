"""PEFT's adapters: settings, pairs and rows, and what is refused."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_checkpoint
from peft_adapter import write_adapter
from rawcheckpoint import safetensors

from codegen_cli.convert.config import read_config
from codegen_cli.convert.lora import convert
from codegen_cli.convert.lora.convert import convert_lora
from codegen_cli.convert.lora.peft_config import PeftConfig, read_peft_config
from codegen_cli.convert.relayout import qkv_rows
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.errors import CheckFailed, CheckpointError, UsageError

SHAPE: dict[str, Any] = {"n_layer": 2, "n_embd": 32, "n_head": 4, "rotary_dim": 4}
QKV = {"transformer.h.0.attn.qkv_proj": (96, 32)}


@pytest.fixture
def base(tmp_path: Path) -> Path:
    return write_checkpoint(tmp_path / "base", **SHAPE, vocab_size=300, seed=1)


def matrices(path: Path) -> dict[str, np.ndarray]:
    file = read_gguf(path)
    kinds = {"F32": np.float32, "F16": np.float16}
    return {
        t.name: np.fromfile(path, kinds[t.type], t.nbytes // np.dtype(kinds[t.type]).itemsize, "",
                            t.offset).reshape(t.shape[::-1]).astype(np.float32)
        for t in file.tensors
    }  # fmt: skip


def saved(folder: Path) -> dict[str, np.ndarray]:
    from codegen_cli.convert.checkpoint import open_checkpoint
    from codegen_cli.convert.checkpoint.folder import ADAPTER_FILES

    with open_checkpoint(folder, ADAPTER_FILES) as checkpoint:
        return {name[-13:-7]: tensor.float32() for name, tensor in checkpoint.tensors.items()}


@pytest.mark.parametrize("file_type", ["F32", "f16"])
def test_rows_of_b_go_where_those_of_the_weight_go(
    tmp_path: Path, base: Path, file_type: str
) -> None:
    folder = write_adapter(tmp_path / "adapter", QKV)
    report = convert_lora(folder, base, tmp_path / "a.gguf", file_type)
    assert report.matrices == 1 and report.alpha == 8 and report.file_type == file_type.upper()
    written, source = matrices(tmp_path / "a.gguf"), saved(folder)
    atol = 0 if file_type == "F32" else 1e-3
    np.testing.assert_allclose(
        written["blk.0.attn_qkv.weight.lora_a"], source["lora_A"], rtol=0, atol=atol
    )
    rows = qkv_rows(read_config(base))
    np.testing.assert_allclose(
        written["blk.0.attn_qkv.weight.lora_b"], source["lora_B"][rows], rtol=0, atol=atol
    )
    metadata = read_gguf(tmp_path / "a.gguf").metadata
    assert metadata["general.name"] == "adapter" and metadata["adapter.lora.alpha"] == 8
    assert metadata["codegen.base"] == "Salesforce/codegen-350M-mono"
    assert metadata["codegen.source.files"].strings()[-1] == "adapter_config.json"


def test_separate_projections_lie_side_by_side(tmp_path: Path) -> None:
    """q and v of rank 2 become one pair of rank 4; each A meets only its own rows of B."""
    base = write_checkpoint(tmp_path / "g", **SHAPE, vocab_size=300, seed=1, family="gptj")
    modules = {f"transformer.h.1.attn.{part}_proj": (32, 32) for part in "qv"}
    folder = write_adapter(tmp_path / "adapter", modules, rank=2, lora_alpha=4)
    convert_lora(folder, base, tmp_path / "a.gguf")
    written = matrices(tmp_path / "a.gguf")
    b = written["blk.1.attn_qkv.weight.lora_b"]
    assert b.shape == (96, 4) and written["blk.1.attn_qkv.weight.lora_a"].shape == (4, 32)
    assert b[:32, :2].all() and not b[:32, 2:].any()
    assert not b[32:64].any()
    assert b[64:, 2:].all() and not b[64:, :2].any()


def test_scales_follow_patterns_and_the_root_of_the_rank() -> None:
    config = PeftConfig(8, {"h.1.attn.qkv_proj": 2, "fc_out": 3}, False, "")
    assert config.scaling("transformer.h.0.attn.qkv_proj", 4) == 2
    assert config.scaling("transformer.h.1.attn.qkv_proj", 4) == 0.5
    assert config.scaling("transformer.h.11.attn.qkv_proj", 4) == 2
    assert config.scaling("transformer.h.0.mlp.fc_out", 6) == 0.5
    assert config.scaling("transformer.h.0.mlp.xfc_out", 4) == 2
    assert replace(config, rslora=True).scaling("transformer.h.0.mlp.fc_in", 16) == 2


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"peft_type": "IA3"}, 'peft_type "IA3" is not supported'),
        ({"peft_type": None}, "peft_type null is not supported"),
        ({"use_dora": True}, "use_dora is not supported.*merge_and_unload"),
        ({"modules_to_save": ["lm_head"]}, "modules_to_save is not supported"),
        ({"fan_in_fan_out": True}, "fan_in_fan_out is not supported"),
        ({"lora_bias": True}, "lora_bias is not supported"),
        ({"target_parameters": ["x"]}, "target_parameters is not supported"),
        ({"bias": "all"}, "trained biases are not supported"),
        ({"init_lora_weights": "pissa_niter_4"}, "pissa_niter_4.*changed the base model"),
        ({"init_lora_weights": "olora"}, "changed the base model too"),
        ({"lora_alpha": None}, "lora_alpha is null"),
        ({"lora_alpha": "8"}, 'lora_alpha is "8"'),
        ({"lora_alpha": True}, "lora_alpha is true"),
        ({"lora_alpha": 0}, "lora_alpha is 0"),
        ({"lora_alpha": -1}, "lora_alpha is -1"),
        ({"lora_alpha": 1e300}, r"lora_alpha is 1e\+300"),
        ({"alpha_pattern": []}, None),
        ({"alpha_pattern": [1]}, "alpha_pattern is no object"),
        ({"alpha_pattern": {"(a+)+$": 1}}, "alpha_pattern has the pattern"),
        ({"alpha_pattern": {"h.0": "x"}}, 'alpha_pattern is "x"'),
        ({"init_lora_weights": "gaussian"}, None),
    ],
)
def test_settings(tmp_path: Path, changes: dict[str, Any], reason: str | None) -> None:
    folder = write_adapter(tmp_path / "adapter", QKV, **changes)
    if reason is None:
        assert read_peft_config(folder).alpha == 8
        return
    with pytest.raises(CheckpointError, match=reason):
        read_peft_config(folder)


def rewrite(folder: Path, *entries: tuple[str, list[int]], dtype: str = "F32") -> Path:
    width = {"F32": 4, "I64": 8}[dtype]
    data = {name: (dtype, shape, b"\1" * (width * int(np.prod(shape)))) for name, shape in entries}
    (folder / "adapter_model.safetensors").write_bytes(safetensors(data))
    return folder


P = "base_model.model.transformer.h.0.attn.qkv_proj."
A, B = (f"{P}lora_A.weight", [4, 32]), (f"{P}lora_B.weight", [96, 4])


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([A], "has only one matrix for 'transformer.h.0.attn.qkv_proj'"),
        ([A, (B[0], [96, 5])], "do not fit each other"),
        ([(A[0], [4]), B], "do not fit each other"),
        ([(A[0], [0, 32]), (B[0], [96, 0])], "do not fit each other"),
        ([A, B, (f"{P}lora_magnitude_vector.weight", [96])], "which is no matrix of LoRA"),
        ([A, B, ("base_model.model.lm_head.weight", [2, 2])], "which is no matrix of LoRA"),
        ([A, B, (f"{P}lora_A.default.weight", [4, 32])], "holds two"),
        ([A, B, ("x\x1b[2J.lora_A.weight", [4, 32])], r"x\\x1b\[2J"),
        ([(A[0], [4, 64]), B], r"is for a matrix of \[96, 64\], the model's has \[96, 32\]"),
        ([A, (B[0], [32, 4])], r"is for a matrix of \[32, 32\]"),
        (
            [(n.replace("h.0", "h.7"), s) for n, s in (A, B)],
            "changes 'transformer.h.7.attn.qkv_proj', which is no matrix of the model",
        ),
        (
            [(n.replace("attn.qkv_proj", "ln_1"), s) for n, s in (A, B)],
            "is for a matrix of",
        ),
        (
            [(n.replace("qkv_proj", "q_proj"), s) for n, s in (A, B)],
            "q_proj', which is no matrix of the model",
        ),
        (
            [("base_model.model.transformer.wte.lora_A.weight", [4, 32]),
             ("base_model.model.transformer.wte.lora_B.weight", [300, 4])],
            "is for a matrix of",
        ),
    ],
)  # fmt: skip
def test_other_tensors_are_refused(
    tmp_path: Path, base: Path, entries: list[tuple[str, list[int]]], reason: str
) -> None:
    folder = rewrite(write_adapter(tmp_path / "adapter", QKV), *entries)
    with pytest.raises(CheckpointError, match=reason) as caught:
        convert_lora(folder, base, tmp_path / "a.gguf")
    assert "\n" not in str(caught.value) and "\x1b" not in str(caught.value)
    assert not (tmp_path / "a.gguf").exists()


def test_integers_and_missing_files_are_refused(tmp_path: Path, base: Path) -> None:
    folder = rewrite(write_adapter(tmp_path / "adapter", QKV), A, B, dtype="I64")
    with pytest.raises(CheckpointError, match=r"holds no tensor of type F32, F16 or BF16"):
        convert_lora(folder, base, tmp_path / "a.gguf")
    (folder / "adapter_model.safetensors").unlink()
    with pytest.raises(CheckpointError, match=r"looked for adapter_model\.safetensors"):
        convert_lora(folder, base, tmp_path / "a.gguf")


def test_not_a_number_is_refused(tmp_path: Path, base: Path) -> None:
    folder = write_adapter(tmp_path / "adapter", QKV)
    path = folder / "adapter_model.safetensors"
    path.write_bytes(path.read_bytes()[:-4] + b"\0\0\xc0\x7f")
    with pytest.raises(CheckpointError, match=r"attn_qkv\.weight\.lora_b holds 1 NaN"):
        convert_lora(folder, base, tmp_path / "a.gguf")


def test_types_of_models_are_not_those_of_adapters(tmp_path: Path, base: Path) -> None:
    with pytest.raises(UsageError, match='not written as "Q8_0"'):
        convert_lora(write_adapter(tmp_path / "a", QKV), base, tmp_path / "a.gguf", "Q8_0")


def test_a_tied_embedding_cannot_be_changed_alone(tmp_path: Path) -> None:
    base = write_checkpoint(tmp_path / "t", **SHAPE, vocab_size=300, seed=1, tie=True)
    for module, reason in [
        ("transformer.wte", "tied to another matrix"),
        ("lm_head", "'lm_head', which is no matrix of the model"),
    ]:
        folder = write_adapter(tmp_path / module, {module: (300, 32)})
        with pytest.raises(CheckpointError, match=reason):
            convert_lora(folder, base, tmp_path / "a.gguf")


@pytest.mark.parametrize(
    "spoil", [lambda rows: rows[::-1], lambda rows: np.roll(rows, 1), lambda rows: np.sort(rows)]
)
def test_a_wrong_row_order_is_noticed(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch, spoil: Any
) -> None:
    from codegen_cli.convert.lora import plan

    monkeypatch.setattr(plan, "qkv_rows", lambda config: spoil(qkv_rows(config)))
    folder = write_adapter(tmp_path / "adapter", QKV)
    with pytest.raises(CheckFailed, match="adds something else to blk.0.attn_qkv"):
        convert_lora(folder, base, tmp_path / "a.gguf")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["adapter", "base"]


def test_a_wrong_scale_is_noticed(
    tmp_path: Path, base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = convert.write_lora
    monkeypatch.setattr(
        convert, "write_lora", lambda path, tensors, alpha, *rest: real(path, tensors, 9.0, *rest)
    )
    with pytest.raises(CheckFailed, match="adds something else"):
        convert_lora(write_adapter(tmp_path / "a", QKV), base, tmp_path / "a.gguf")
