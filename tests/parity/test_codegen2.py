"""CodeGen2's layout: the same function in 8 groups of qkv rows, and a wrong layout found out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import hf
import pytest
from checkpoints import write_checkpoint

from codegen_cli.convert import verify
from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.errors import CheckFailed

torch = hf.torch


def regroup(folder: Path, target: Path, groups: int, **changes: Any) -> Path:
    """Write a CodeGen checkpoint anew with its qkv rows in another number of groups."""
    model = hf.load(folder)
    for block in model.transformer.h:
        weight = block.attn.qkv_proj.weight
        e = weight.shape[1]
        q, v, k = weight.data.reshape(4, 3, e // 4, e).unbind(1)
        parts = [part.reshape(groups, e // groups, e) for part in (q, v, k)]
        weight.data = torch.stack(parts, 1).reshape(3 * e, e)
    target.mkdir()
    model.save_pretrained(target)
    for path in folder.iterdir():
        if path.name.startswith(("vocab", "merges", "added", "tokenizer", "special")):
            (target / path.name).write_bytes(path.read_bytes())
    config = json.loads((target / "config.json").read_text())
    (target / "config.json").write_text(json.dumps({**config, **changes}))
    return target


@pytest.mark.parametrize(("n_embd", "rotary_dim"), [(128, 16), (256, 32)])
def test_logits_of_the_eight_way_layout_are_those_of_transformers(
    tmp_path: Path, n_embd: int, rotary_dim: int
) -> None:
    four = write_checkpoint(
        tmp_path / "four",
        n_layer=3,
        n_embd=n_embd,
        n_head=8,
        rotary_dim=rotary_dim,
        vocab_size=640,
        seed=11,
    )
    eight = regroup(four, tmp_path / "codegen2", 8, head_dim=n_embd // 8)
    tokens = hf.random_tokens(64, 300)
    expected = hf.logits(hf.load(four), tokens)
    actual = hf.our_logits(hf.converted(eight, tmp_path / "m.gguf"), tokens, exact=True)
    found = hf.distance(expected, actual)
    assert found.max < 5e-3 and found.kl < 1e-6 and found.argmax == 1
    # The check at the end of a conversion agrees, and the layout matters.
    convert(eight, tmp_path / "n.gguf", ConvertOptions("F32"), lambda *_: None)
    wrong = tmp_path / "w.gguf"
    options = ConvertOptions("F32", cores=4, verify=False)
    convert(eight, wrong, options, lambda *_: None)
    assert hf.distance(expected, hf.our_logits(wrong, tokens)).max > 0.5


def test_a_trained_model_in_the_wrong_layout_is_refused(
    nano: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four heads allow no 8 groups, so here two stand for them."""
    monkeypatch.setattr(verify, "LAYOUTS", (2, 4))
    two = regroup(nano, tmp_path / "two", 2)
    with pytest.raises(CheckFailed, match="--cores 2"):
        convert(two, tmp_path / "m.gguf", ConvertOptions("F16"), lambda *_: None)
    assert not (tmp_path / "m.gguf").exists()
    convert(two, tmp_path / "m.gguf", ConvertOptions("F16", cores=2), lambda *_: None)
    convert(nano, tmp_path / "n.gguf", ConvertOptions("F16"), lambda *_: None)
