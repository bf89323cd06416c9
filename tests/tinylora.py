"""Parts of a good LoRA adapter for the model of `rawgguf.good_parts`: one block, width 32."""

from __future__ import annotations

from rawgguf import Key, RawGGUF, Tensor, good_parts

RANK = 3
CHANGED = ("blk.0.attn_qkv.weight", "blk.0.ffn_up.weight", "output.weight", "token_embd.weight")


def adapter_parts(kind: int = 0) -> RawGGUF:
    """Return an adapter of four matrices of ggml's type number `kind`."""
    shapes = {str(tensor.name): tensor.shape for tensor in good_parts().tensors}
    tensors = []
    for name in CHANGED:
        columns, rows = shapes[name]
        a, b = (columns, RANK), (RANK, rows)
        if name == "token_embd.weight":
            a, b = (RANK, rows), (RANK, columns)
        tensors += [Tensor(f"{name}.lora_a", a, kind), Tensor(f"{name}.lora_b", b, kind)]
    keys = [
        Key("general.architecture", "str", "phi2"),
        Key("general.type", "str", "adapter"),
        Key("general.name", "str", "tiny"),
        Key("adapter.type", "str", "lora"),
        Key("adapter.lora.alpha", "f32", 6.0),
        Key("codegen.source.files", "arr", ("str", ["adapter_config.json"])),
        Key("user.numbers", "arr", ("i32", [1, 2, 3])),
    ]
    return RawGGUF(keys, tensors)
