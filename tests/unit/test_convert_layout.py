"""The tensor map, the row order and the checks of config.json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from codegen_cli.convert.config import CodeGenConfig, read_config
from codegen_cli.convert.names import map_tensors, target_tensors
from codegen_cli.convert.relayout import qkv_rows
from codegen_cli.errors import CheckpointError

SMALL: dict[str, Any] = {
    "model_type": "codegen",
    "n_layer": 2,
    "n_embd": 64,
    "n_head": 8,
    "n_positions": 128,
    "rotary_dim": 4,
    "vocab_size": 300,
    "activation_function": "gelu_new",
}


def write(folder: Path, **changes: Any) -> Path:
    raw = {key: value for key, value in {**SMALL, **changes}.items() if value is not ...}
    folder.mkdir(exist_ok=True)
    (folder / "config.json").write_text(json.dumps(raw))
    return folder


@pytest.fixture
def config(tmp_path: Path) -> CodeGenConfig:
    return read_config(write(tmp_path))


def test_rows_of_one_head_are_traced_by_hand(config: CodeGenConfig) -> None:
    """8 heads of 8, 4 cores of 48 rows: 16 q, 16 v, 16 k; rotary 4 becomes 0, 2, 1, 3, 4 … 7."""
    rows = qkv_rows(config)
    assert list(rows[:8]) == [0, 2, 1, 3, 4, 5, 6, 7]
    assert list(rows[16:24]) == [48, 50, 49, 51, 52, 53, 54, 55]
    assert list(rows[64:72]) == [32, 34, 33, 35, 36, 37, 38, 39]
    assert list(rows[128:136]) == list(range(16, 24))
    assert sorted(rows) == list(range(192))


def test_q_times_k_does_not_change_under_the_common_permutation(config: CodeGenConfig) -> None:
    rows = qkv_rows(config)
    weight = np.random.default_rng(0).normal(size=192)
    q, k = weight[rows[:64]].reshape(8, 8), weight[rows[64:128]].reshape(8, 8)
    cores = weight.reshape(4, 3, 16)
    q_checkpoint, k_checkpoint = cores[:, 0].reshape(8, 8), cores[:, 2].reshape(8, 8)
    np.testing.assert_allclose((q * k).sum(1), (q_checkpoint * k_checkpoint).sum(1))


def shapes_of(config: CodeGenConfig) -> dict[str, tuple[int, ...]]:
    return {s: t.source_shape for t in target_tensors(config) for s in t.sources}


def test_every_checkpoint_tensor_is_used_once(config: CodeGenConfig) -> None:
    shapes = shapes_of(config)
    assert len(shapes) == 5 + 2 * 8
    sources = [s for t in map_tensors(config, shapes, {}) for s in t.sources]
    assert sorted(sources) == sorted(shapes)


def test_causal_mask_buffers_are_not_weights(config: CodeGenConfig) -> None:
    shapes = shapes_of(config) | {"transformer.h.0.attn.masked_bias": ()}
    map_tensors(config, shapes, {"transformer.h.0.attn.causal_mask": "BOOL"})


@pytest.mark.parametrize(
    ("change", "fragment"),
    [
        ({"transformer.ln_f.bias": None}, "lacks transformer.ln_f.bias"),
        ({"transformer.h.2.ln_1.bias": (64,)}, "unknown tensors: transformer.h.2.ln_1.bias"),
        ({"lm_head.bias": (299,)}, r"lm_head.bias has the shape \[299\]"),
    ],
)
def test_wrong_tensors_are_named(
    config: CodeGenConfig, change: dict[str, Any], fragment: str
) -> None:
    shapes = {k: v for k, v in (shapes_of(config) | change).items() if v is not None}
    with pytest.raises(CheckpointError, match=fragment):
        map_tensors(config, shapes, {})


def test_a_tied_head_is_the_embedding(tmp_path: Path) -> None:
    config = read_config(write(tmp_path, tie_word_embeddings=True))
    shapes = shapes_of(config)
    assert "lm_head.weight" not in shapes
    head = next(t for t in map_tensors(config, shapes, {}) if t.name == "output.weight")
    assert head.sources == ("transformer.wte.weight",)


def test_integer_weights_are_refused(config: CodeGenConfig) -> None:
    with pytest.raises(CheckpointError, match="lm_head.weight is of type I8"):
        map_tensors(config, shapes_of(config), {"lm_head.weight": "I8"})


@pytest.mark.parametrize(
    ("changes", "fragment"),
    [
        ({"model_type": "gpt2"}, 'model_type "gpt2" is not supported.*supported: codegen, gptj'),
        ({"n_layer": ...}, "n_layer is null"),
        ({"n_layer": -1}, "n_layer is -1"),
        ({"n_embd": "64"}, 'n_embd is "64"'),
        ({"n_layer": 2**31 - 1}, "n_layer is 2147483647, more than 136"),
        ({"n_embd": 2**30}, "n_embd is 1073741824, more than 24576"),
        ({"n_head": 4096}, "n_head is 4096, more than 128"),
        ({"n_inner": 2**30}, "n_inner is 1073741824, more than 1024"),
        ({"n_positions": 2**30}, "n_positions is 1073741824, more than 8192"),
        ({"vocab_size": 2**31 - 1}, "vocab_size is 2147483647, more than 131072"),
        ({"n_head": 6}, "n_embd 64 is not a multiple of n_head 6"),
        ({"n_head": 2}, "n_head 2 is not a multiple of 4"),
        ({"rotary_dim": 16}, "rotary_dim 16"),
        ({"rotary_dim": 3}, "rotary_dim 3"),
        ({"rotary_dim": None}, "rotary_dim is null"),
        ({"activation_function": "relu"}, '"relu"'),
        ({"layer_norm_epsilon": 0}, "layer_norm_epsilon"),
        ({"mp_num": 16}, "n_head 8 is not a multiple of 16"),
        ({"n_head": 4, "head_dim": 16}, "n_head 4 is not a multiple of 8"),
    ],
)
def test_configs_of_other_models_are_refused(
    tmp_path: Path, changes: dict[str, Any], fragment: str
) -> None:
    with pytest.raises(CheckpointError, match=fragment):
        read_config(write(tmp_path, **changes))


@pytest.mark.parametrize(
    ("changes", "cores", "groups"),
    [
        ({}, None, 4),
        # CodeGen2 7B and 16B.
        ({"auto_map": {"AutoConfig": "configuration_codegen.CodeGenConfig"}}, None, 4),
        # CodeGen2 1B and 3.7B.
        ({"head_dim": 8}, None, 8),
        ({"head_dim": None}, None, 4),
        ({"head_dim": 8, "mp_num": 2}, None, 2),
        ({"head_dim": 8}, 4, 4),
    ],
)
def test_the_groups_of_qkv_rows_are_those_of_the_release(
    tmp_path: Path, changes: dict[str, Any], cores: int | None, groups: int
) -> None:
    config = read_config(write(tmp_path, n_head=8, rotary_dim=4, **changes), cores)
    assert config.qkv.groups == groups


def test_missing_folders_and_hub_names_get_advice(tmp_path: Path) -> None:
    with pytest.raises(CheckpointError, match="Salesforce/codegen-.*mono.*hf download"):
        read_config(Path("Salesforce/codegen-mono"))
    with pytest.raises(CheckpointError, match=r"no config\.json"):
        read_config(tmp_path)
    (tmp_path / "config.json").write_text("{")
    with pytest.raises(CheckpointError, match="config.json is damaged"):
        read_config(tmp_path)
    with pytest.raises(CheckpointError, match="is a file"):
        read_config(tmp_path / "config.json")
