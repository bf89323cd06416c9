"""TPU checkpoints against transformers' CodeGenForCausalLM with the same weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from unittest.mock import patch

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hf import F32, distance, load, logits, our_logits, random_tokens, torch
from hf import transformers as hf
from tpu_checkpoint import (
    bfloat16,
    haiku_tree,
    leaves,
    streamed,
    write_run_config,
    write_tpu_checkpoint,
)

from codegen_cli.convert.pipeline import ConvertOptions, convert

SMALL: dict[str, Any] = {"n_layer": 3, "n_embd": 128, "n_head": 8, "rotary_dim": 16}


class Run:
    """A random model as transformers has it, and what Jaxformer would have saved of it."""

    def __init__(self, folder: Path, dtype: str = "F32", **changes: Any) -> None:
        shape = {**SMALL, **changes}
        self.tokenizer = write_checkpoint(folder / "hf", **shape, vocab_size=512, seed=5)
        self.model = load(self.tokenizer)
        self.config = self.model.config.to_dict()
        bias_E = np.random.default_rng(6).normal(size=shape["n_embd"]).astype(np.float32)
        weights = {name: value.numpy() for name, value in self.model.state_dict().items()}
        tree = haiku_tree(weights, shape["n_layer"], bias_E)
        self.arrays = list(leaves(tree))
        if dtype == "BF16":
            self.arrays = [bfloat16(np.ascontiguousarray(array)) for array in self.arrays]
            self._round_model()
        embedding = tree["embed"]["embedding_sharded/~/proj"]
        self._set_embedding(embedding["w"], embedding["b"], dtype)

    def _round_model(self) -> None:
        for parameter in self.model.parameters():
            parameter.data = parameter.data.bfloat16().float()

    def _set_embedding(self, w: F32, b: F32, dtype: str) -> None:
        """Give transformers the sum of matrix and bias, each as it was saved."""
        parts = [torch.from_numpy(part) for part in (w, b)]
        if dtype == "BF16":
            parts = [part.bfloat16().float() for part in parts]
        self.model.transformer.wte.weight.data = parts[0] + parts[1]


def converted(folder: Path, run: Run, output: Path, **options: Any) -> Path:
    settings = ConvertOptions("F32", tokenizer=run.tokenizer, threads=1, **options)
    convert(folder, output, settings, lambda *_: None)
    return output


def check(run: Run, path: Path) -> None:
    tokens = random_tokens(48, 512)
    expected = logits(run.model, tokens)
    assert expected.std() > 0.7
    measured = distance(expected, our_logits(path, tokens, exact=True))
    assert measured.max <= 5e-3 and measured.kl <= 1e-6


@pytest.mark.parametrize("dtype", ["F32", "BF16"])
def test_float32_files_compute_what_transformers_computes(tmp_path: Path, dtype: str) -> None:
    run = Run(tmp_path, dtype)
    folder = write_tpu_checkpoint(tmp_path / "150000", run.arrays)
    write_run_config(folder / "config" / "codegen_tiny_mono.json", run.config)
    check(run, converted(folder, run, tmp_path / "m.gguf"))


def test_checkpoints_that_were_streamed_to_a_bucket(tmp_path: Path) -> None:
    run = Run(tmp_path)
    folder = write_tpu_checkpoint(tmp_path / "150000", run.arrays, processes=1)
    (folder / "model" / "0.npz").write_bytes(streamed(run.arrays))
    given = write_run_config(tmp_path / "run.json", run.config)
    check(run, converted(folder, run, tmp_path / "m.gguf", run_config=given))


@pytest.mark.parametrize("changes", [{"tpu_version": 3}, {"tpu_version": 4, "tpu_cores": 8}])
def test_runs_on_eight_cores(tmp_path: Path, changes: dict[str, int]) -> None:
    """Let transformers divide its projection by eight, as its authors' copy of the code does."""
    run = Run(tmp_path)
    folder = write_tpu_checkpoint(tmp_path / "150000", run.arrays)
    given = write_run_config(tmp_path / "run.json", run.config, **changes)
    path = converted(folder, run, tmp_path / "m.gguf", run_config=given)
    tokens = random_tokens(48, 512)
    with eight_cores():
        expected = logits(run.model, tokens)
    assert distance(expected, logits(run.model, tokens)).max > 0.5
    measured = distance(expected, our_logits(path, tokens, exact=True))
    assert measured.max <= 5e-3 and measured.kl <= 1e-6
    other = converted(folder, run, tmp_path / "n.gguf", run_config=given, cores=4)
    check(run, other)


def eight_cores() -> Any:
    """Replace the projection of transformers' attention by one whose rows lie for four cores."""
    attention = hf.models.codegen.modeling_codegen.CodeGenAttention
    forward = attention.forward

    def relaid(self: Any, *args: Any, **kwargs: Any) -> Any:
        saved = self.qkv_proj.weight.data
        width = saved.shape[1]
        q, v, k = saved.view(8, 3, width // 8, width).unbind(1)
        parts = [part.reshape(4, 1, width // 4, width) for part in (q, v, k)]
        self.qkv_proj.weight.data = torch.cat(parts, 1).reshape(saved.shape)
        try:
            return forward(self, *args, **kwargs)
        finally:
            self.qkv_proj.weight.data = saved

    return patch.object(attention, "forward", relaid)
