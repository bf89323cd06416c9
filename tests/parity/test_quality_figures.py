"""Importance sums and distances against what transformers computes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import hf
import numpy as np
import pytest
from checkpoints import write_checkpoint

from codegen_cli.engine.activations import ActivationSums
from codegen_cli.engine.base import never
from codegen_cli.engine.model import Model
from codegen_cli.quality.measure import measure_quality
from codegen_cli.quality.reading import ReadingModel
from codegen_cli.settings import EngineSettings

CPU = EngineSettings(gpu_layers="0", exact=True)


@pytest.fixture(scope="module")
def checkpoint(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_checkpoint(
        tmp_path_factory.mktemp("quality") / "c",
        n_layer=3,
        n_embd=64,
        n_head=4,
        rotary_dim=8,
        vocab_size=512,
        seed=4,
    )


def squares_of_inputs(model: Any, tokens: list[int]) -> dict[str, np.ndarray]:
    """Return the sums of squares of what goes into each linear layer, by torch's own hooks."""
    names = {
        "attn.qkv_proj": "attn_qkv",
        "attn.out_proj": "attn_output",
        "mlp.fc_in": "ffn_up",
        "mlp.fc_out": "ffn_down",
    }
    found: dict[str, np.ndarray] = {}
    hooks = []
    for name, module in model.named_modules():
        parts = name.split(".", 3)
        if name == "lm_head":
            target = "output.weight"
        elif len(parts) == 4 and parts[3] in names:
            target = f"blk.{parts[2]}.{names[parts[3]]}.weight"
        else:
            continue

        def note(_module: Any, inputs: Any, _output: Any, target: str = target) -> None:
            found[target] = inputs[0][0].double().square().sum(0).numpy()

        hooks.append(module.register_forward_hook(note))
    hf.logits(model, tokens)
    for hook in hooks:
        hook.remove()
    return found


def test_importance_sums_are_those_of_the_inputs_in_transformers(
    checkpoint: Path, tmp_path: Path
) -> None:
    tokens = hf.random_tokens(48, 300)
    expected = squares_of_inputs(hf.load(checkpoint), tokens)
    model = Model(hf.converted(checkpoint, tmp_path / "m.gguf"), CPU, 1)
    sums = ActivationSums(model, 48, 1)
    sums.read(tokens, never)
    sums.close()
    model.close()
    assert sums.sums.keys() == expected.keys()
    for name, values in expected.items():
        np.testing.assert_allclose(sums.sums[name], values, rtol=0.01, atol=1e-4, err_msg=name)


def test_divergence_and_perplexity_are_those_of_transformers(
    checkpoint: Path, tmp_path: Path
) -> None:
    """F32 beside Q4_0: torch has the one from the checkpoint, the other's weights are read back."""
    torch = hf.torch
    text = "def add(a, b):\n    return a + b\n\nprint(add(1, 2))\n" * 3
    exact = hf.converted(checkpoint, tmp_path / "f32.gguf")
    rough = hf.converted(checkpoint, tmp_path / "q4.gguf", "Q4_0")
    with ReadingModel(exact, CPU, 512) as reference:
        tokens = reference.model.vocabulary.tokenize(text)
        quality = measure_quality(rough, reference, tokens, 512, CPU, never, lambda _: None)
    expected = hf.logits(hf.load(checkpoint), tokens)[:-1]
    actual = hf.our_logits(rough, tokens, exact=True)[:-1]
    p, q = (torch.log_softmax(torch.from_numpy(x).double(), -1) for x in (expected, actual))
    kl_T = torch.nn.functional.kl_div(q, p, reduction="none", log_target=True).sum(-1)
    picked = torch.tensor(tokens[1:])[:, None]
    found = quality.distance
    assert found.positions == len(tokens) - 1
    assert found.reference_perplexity == pytest.approx(
        float(torch.exp(-p.gather(1, picked).mean())), rel=1e-3
    )
    assert found.perplexity == pytest.approx(
        float(torch.exp(-q.gather(1, picked).mean())), rel=0.02
    )
    assert found.kl_mean == pytest.approx(float(kl_T.mean()), rel=0.05)
    assert found.kl_max == pytest.approx(float(kl_T.max()), rel=0.1)
    assert quality.size == rough.stat().st_size
