"""LoRA adapters of PEFT: base and adapter in llama.cpp against merged weights in transformers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checkpoints import write_checkpoint
from hf import F32, converted, distance, load, logits, random_tokens, torch

from codegen_cli.convert.lora.convert import convert_lora
from codegen_cli.engine.base import never
from codegen_cli.engine.context import Entry
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.model import Model
from codegen_cli.engine.open_context import open_context
from codegen_cli.errors import CheckpointError, InvalidGGUF
from codegen_cli.settings import EngineSettings, Lora

peft = pytest.importorskip("peft")

# What peft calls of transformers, not we.
pytestmark = pytest.mark.filterwarnings(
    "ignore:.*is_gradient_checkpointing:FutureWarning",
    "ignore:Could not find a config file:UserWarning",
)


SMALL: dict[str, Any] = {"n_layer": 3, "n_embd": 128, "n_head": 8, "rotary_dim": 8}
ALL = ["qkv_proj", "out_proj", "fc_in", "fc_out", "lm_head"]
ADAPTERS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "qkv": ({}, {"target_modules": ["qkv_proj"]}),
    "attention": ({}, {"target_modules": ["qkv_proj", "out_proj"], "lora_alpha": 3}),
    "everything": ({}, {"target_modules": ALL, "r": 7, "lora_alpha": 20}),
    "embedding": ({}, {"target_modules": ["wte", "qkv_proj"], "lora_alpha": 16}),
    "350M heads": (
        {"n_embd": 512, "rotary_dim": 32},
        {"target_modules": ["qkv_proj", "fc_in"], "r": 16, "lora_alpha": 32},
    ),
    "root of the rank": ({}, {"target_modules": ["qkv_proj"], "r": 4, "use_rslora": True}),
    "one layer": ({}, {"target_modules": ["qkv_proj"], "layers_to_transform": [1]}),
    "patterns": (
        {},
        {
            "target_modules": ["qkv_proj", "fc_out"],
            "rank_pattern": {"h.0.attn.qkv_proj": 3, "fc_out": 12},
            "alpha_pattern": {"h.2.attn.qkv_proj": 2, "fc_out": 24},
        },
    ),
    "tied head": ({"tie": True}, {"target_modules": ["qkv_proj"]}),
    "GPT-J, q and v": ({"family": "gptj"}, {"target_modules": ["q_proj", "v_proj"]}),
    "GPT-J, all": (
        {"family": "gptj"},
        {
            "target_modules": ["q_proj", "k_proj", "v_proj", "out_proj"],
            "rank_pattern": {"k_proj": 2},
            "alpha_pattern": {"v_proj": 5},
        },
    ),
}


#: The size of an adapter's weights. What enters the MLP stays in a usual range: from 0.15 on, an
#: adapter of fc_in drives it so far that llama.cpp's GELU table of 16 bits costs up to 9e-3.
SIZE = 0.08


class Tuned:
    """A random model, and the folder of an adapter with random weights for it."""

    def __init__(
        self,
        folder: Path,
        shape: dict[str, Any],
        lora: dict[str, Any],
        copies: bool = False,
        size: float = SIZE,
    ) -> None:
        self.base = write_checkpoint(folder / "base", **{**SMALL, **shape}, vocab_size=512, seed=2)
        # The order of modules, and what else draws numbers, differ between versions.
        generator = torch.Generator().manual_seed(0)
        model = peft.get_peft_model(load(self.base), peft.LoraConfig(**lora))
        for name, parameter in sorted(model.named_parameters()):
            if "lora_" in name:
                parameter.data = torch.randn(parameter.shape, generator=generator) * size
        self.folder = folder / "adapter"
        model.save_pretrained(self.folder, save_embedding_layers=copies)
        self.tokens = random_tokens(48, 512)
        self.plain = logits(load(self.base), self.tokens)
        self.merged = logits(model.merge_and_unload().eval(), self.tokens)


def engine_logits(path: Path, tokens: list[int], *lora: Lora) -> F32:
    """Return llama.cpp's logits in 32 bits, as the engine adds adapters."""
    model = Model(path, EngineSettings(gpu_layers="0", lora=lora), 1, repack=False)
    context = open_context(model, len(tokens), 1, exact=True)
    try:
        context.decode([Entry(t, i, 0, True) for i, t in enumerate(tokens)], never)
        return np.stack([context.logits_V(i).copy() for i in range(len(tokens))])
    finally:
        context.close()
        model.close()


@pytest.mark.parametrize("from_file", [False, True], ids=["folder", "gguf"])
@pytest.mark.parametrize("name", ADAPTERS)
def test_base_and_adapter_equal_merged_weights(tmp_path: Path, name: str, from_file: bool) -> None:
    tuned = Tuned(tmp_path, *ADAPTERS[name])
    base = converted(tuned.base, tmp_path / "base.gguf")
    output = tmp_path / "adapter.gguf"
    report = convert_lora(tuned.folder, base if from_file else tuned.base, output)
    assert report.error is not None and report.error < 1e-5
    assert distance(tuned.plain, tuned.merged).max > 0.3
    measured = distance(tuned.merged, engine_logits(base, tuned.tokens, Lora(output)))
    assert measured.max <= 3e-3 and measured.kl <= 1e-6
    plain = distance(tuned.plain, engine_logits(base, tuned.tokens))
    assert plain.max <= 5e-3


def test_copies_of_the_base_are_compared_with_it(tmp_path: Path) -> None:
    tuned = Tuned(tmp_path, {}, {"target_modules": ["lm_head", "wte"]}, copies=True)
    base, output = converted(tuned.base, tmp_path / "base.gguf"), tmp_path / "adapter.gguf"
    with pytest.raises(CheckpointError, match=r"copy of lm_head.*save_embedding_layers=False"):
        convert_lora(tuned.folder, base, output)
    convert_lora(tuned.folder, tuned.base, output)
    measured = distance(tuned.merged, engine_logits(base, tuned.tokens, Lora(output)))
    assert measured.max <= 5e-3
    other = write_checkpoint(tmp_path / "other", **SMALL, vocab_size=512, seed=3)
    with pytest.raises(CheckpointError, match="differs from the base's"):
        convert_lora(tuned.folder, other, output, force=True)


def test_half_precision_and_pickled_adapters(tmp_path: Path) -> None:
    tuned = Tuned(tmp_path, *ADAPTERS["everything"])
    path = tuned.folder / "adapter_model.safetensors"
    safetensors = pytest.importorskip("safetensors.torch")
    state = {name: value.half() for name, value in safetensors.load_file(path).items()}
    path.unlink()
    torch.save(state, tuned.folder / "adapter_model.bin")
    base, output = converted(tuned.base, tmp_path / "base.gguf"), tmp_path / "adapter.gguf"
    convert_lora(tuned.folder, tuned.base, output, "F16")
    measured = distance(tuned.merged, engine_logits(base, tuned.tokens, Lora(output)))
    assert measured.max <= 0.05 and measured.kl <= 1e-4


def test_scales_and_several_adapters(tmp_path: Path) -> None:
    """An adapter at 0.5 twice is the adapter; at 0 it is nothing; at -1 it is taken away."""
    tuned = Tuned(tmp_path, *ADAPTERS["everything"])
    base, path = converted(tuned.base, tmp_path / "base.gguf"), tmp_path / "adapter.gguf"
    convert_lora(tuned.folder, tuned.base, path)
    for lora, expected in [
        ((Lora(path, 0.5), Lora(path, 0.5)), tuned.merged),
        ((Lora(path, 0.0),), tuned.plain),
        ((Lora(path, 1.0), Lora(path, -1.0)), tuned.plain),
    ]:
        measured = distance(expected, engine_logits(base, tuned.tokens, *lora))
        assert measured.max <= 3e-3 and measured.kl <= 1e-6


def test_a_quantized_base_takes_it_too(tmp_path: Path) -> None:
    tuned = Tuned(tmp_path, *ADAPTERS["350M heads"], size=0.15)
    base, path = converted(tuned.base, tmp_path / "q.gguf", "Q8_0"), tmp_path / "adapter.gguf"
    convert_lora(tuned.folder, base, path)
    measured = distance(tuned.merged, engine_logits(base, tuned.tokens, Lora(path)))
    assert measured.kl < 0.02 < 0.5 < distance(tuned.merged, tuned.plain).kl


def test_the_engine_speaks_with_the_adapter(tmp_path: Path) -> None:
    tuned = Tuned(tmp_path, *ADAPTERS["everything"])
    base, path = converted(tuned.base, tmp_path / "base.gguf"), tmp_path / "adapter.gguf"
    convert_lora(tuned.folder, tuned.base, path)
    scores = []
    for lora in ((), (Lora(path),)):
        settings = EngineSettings(gpu_layers="0", threads=1, ctx=64, exact=True, lora=lora)
        with LlamaEngine(base, settings) as engine:
            assert [adapter.matrices for adapter in engine.info.adapters] == [13] * len(lora)
            scores.append(engine.score([("def f", "(x):\n    return x")])[0])
    assert scores[0].tokens == scores[1].tokens
    differences = [abs(a - b) for a, b in zip(scores[0].logprobs, scores[1].logprobs, strict=True)]
    assert max(differences) > 0.1


def test_an_adapter_of_another_model_is_refused(tmp_path: Path) -> None:
    tuned = Tuned(tmp_path, *ADAPTERS["qkv"])
    convert_lora(tuned.folder, tuned.base, tmp_path / "adapter.gguf")
    other = write_checkpoint(tmp_path / "o", **{**SMALL, "n_embd": 64}, vocab_size=512, seed=1)
    base = converted(other, tmp_path / "other.gguf")
    with pytest.raises(InvalidGGUF, match="do not fit the model's"):
        engine_logits(base, [1, 2], Lora(tmp_path / "adapter.gguf"))
