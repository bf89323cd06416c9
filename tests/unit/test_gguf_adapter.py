"""What a LoRA adapter has to be before llama.cpp may see it."""

from __future__ import annotations

from pathlib import Path

import pytest
from gguf_changes import Change, add, both, drop, drop_tensor, put, reshape, retype
from rawgguf import RawGGUF, Tensor, good_parts
from tinylora import adapter_parts

from codegen_cli.engine.gguf import check_adapter, check_codegen, read_gguf
from codegen_cli.errors import InvalidGGUF

QKV = "blk.0.attn_qkv.weight"


def check(folder: Path, change: Change, kind: int = 0) -> int:
    for name, raw in (("model", good_parts()), ("adapter", adapter_parts(kind))):
        if name == "adapter":
            change(raw)
        (folder / f"{name}.gguf").write_bytes(raw.build())
    model = read_gguf(folder / "model.gguf")
    check_codegen(model)
    return check_adapter(read_gguf(folder / "adapter.gguf"), model)


def nothing(_raw: RawGGUF) -> None:
    pass


def renamed(old: str, new: str) -> Change:
    def change(raw: RawGGUF) -> None:
        next(tensor for tensor in raw.tensors if tensor.name == old).name = new

    return change


def more(name: str, shape: tuple[int, ...]) -> Change:
    return lambda raw: raw.tensors.append(Tensor(name, shape))


def empty(raw: RawGGUF) -> None:
    raw.tensors.clear()


def of_rank(rank: int) -> Change:
    """Give the pair of qkv another rank."""
    return both(reshape(f"{QKV}.lora_a", 32, rank), reshape(f"{QKV}.lora_b", rank, 96))


@pytest.mark.parametrize("kind", [0, 1], ids=["F32", "F16"])
def test_a_good_adapter_passes(tmp_path: Path, kind: int) -> None:
    assert check(tmp_path, nothing, kind) == 4


def test_ranks_from_one_to_the_width_pass(tmp_path: Path) -> None:
    for rank in (1, 8, 32):
        assert check(tmp_path, of_rank(rank)) == 4


INF, NAN = float("inf"), float("nan")
REFUSED: list[tuple[Change, str]] = [
    (put("general.type", "model"), "general.type 'model', not 'adapter'"),
    (drop("general.type"), "general.type 'None', not 'adapter'"),
    (put("general.architecture", "llama"), "general.architecture 'llama', not 'phi2'"),
    (put("adapter.type", "cvec"), "adapter.type 'cvec', not 'lora'"),
    (drop("adapter.type"), "adapter.type 'None', not 'lora'"),
    (put("adapter.type", "\x1b[31m"), r"adapter.type '\x1b[31m', not 'lora'"),
    # llama.cpp ends the process for values of another type
    (add("general.type", "u32", 1), "general.type of type u32, not str"),
    (add("general.architecture", "arr", ("str", ["phi2"])), "of type arr[str], not str"),
    (add("adapter.type", "bool", True), "adapter.type of type bool, not str"),
    (add("adapter.lora.alpha", "u32", 16), "adapter.lora.alpha of type u32, not f32"),
    (add("adapter.lora.alpha", "f64", 16.0), "adapter.lora.alpha of type f64, not f32"),
    (drop("adapter.lora.alpha"), "has no adapter.lora.alpha"),
    *((put("adapter.lora.alpha", alpha), "adapter.lora.alpha") for alpha in (0.0, -1.0, NAN, INF)),
    (add("adapter.alora.invocation_tokens", "arr", ("u32", [1])), "which LoRA adapters do not"),
    (add("adapter.made_up", "u32", 1), "has the key 'adapter.made_up'"),
    (empty, "changes nothing"),
    (drop_tensor(f"{QKV}.lora_b"), f"lacks '{QKV}.lora_b'"),
    (drop_tensor(f"{QKV}.lora_a"), f"lacks '{QKV}.lora_a'"),
    (more("output_norm.weight", (32,)), "'output_norm.weight', which is no part of LoRA"),
    (more("x", (1,)), "'x', which is no part of LoRA"),
    (
        both(renamed(f"{QKV}.lora_a", "blk.1.attn_qkv.weight.lora_a"),
             renamed(f"{QKV}.lora_b", "blk.1.attn_qkv.weight.lora_b")),
        "changes 'blk.1.attn_qkv.weight', which is no matrix of CodeGen",
    ),
    (
        both(renamed(f"{QKV}.lora_a", "output.bias.lora_a"),
             renamed(f"{QKV}.lora_b", "output.bias.lora_b")),
        "changes 'output.bias', which is no matrix",
    ),
    (
        both(renamed(f"{QKV}.lora_a", f"{QKV}.lora_b.lora_a"),
             renamed(f"{QKV}.lora_b", f"{QKV}.lora_b.lora_b")),
        "which is no matrix of CodeGen",
    ),
    (of_rank(33), "do not fit the model's"),
    (reshape(f"{QKV}.lora_a", 3, 32), "of shapes (3, 32) and (3, 96)"),
    (reshape(f"{QKV}.lora_b", 96, 3), "do not fit"),
    (reshape(f"{QKV}.lora_b", 4, 96), "do not fit"),
    (reshape(f"{QKV}.lora_b", 3, 95), "do not fit"),
    (reshape(f"{QKV}.lora_a", 32, 3, 1), "do not fit"),
    (reshape(f"{QKV}.lora_a", 96), "do not fit"),
    (reshape("token_embd.weight.lora_a", 32, 3), "do not fit"),
    (retype("blk.0.ffn_up.weight.lora_a", 8), "of type Q8_0, not F32 or F16"),
    (retype(f"{QKV}.lora_a", 30), "of type BF16, not F32 or F16"),
    (retype(f"{QKV}.lora_a", 26), "of type I32, not F32 or F16"),
]  # fmt: skip


@pytest.mark.parametrize("number", range(len(REFUSED)))
def test_what_is_refused(tmp_path: Path, number: int) -> None:
    change, reason = REFUSED[number]
    with pytest.raises(InvalidGGUF) as caught:
        check(tmp_path, change)
    assert reason in str(caught.value) and str(caught.value).isprintable()


def test_an_adapter_is_no_model_and_a_model_no_adapter(tmp_path: Path) -> None:
    check(tmp_path, nothing)
    model, adapter = (read_gguf(tmp_path / f"{name}.gguf") for name in ("model", "adapter"))
    with pytest.raises(InvalidGGUF, match=r"general\.type is 'adapter'.*--lora"):
        check_codegen(adapter)
    with pytest.raises(InvalidGGUF, match="not 'adapter'"):
        check_adapter(model, model)
