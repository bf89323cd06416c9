"""Seeded ways to break a GGUF file, blind ones on bytes and knowing ones on its parts."""

from __future__ import annotations

import contextlib
import copy
import random
import struct
from collections.abc import Callable

from gguf_nasty_values import ALIGNMENTS, BOUNDARIES, HOSTILE, INTEGERS, value_of
from rawgguf import Key, RawGGUF, Tensor
from tinygguf import tiny_shapes

from codegen_cli.engine.gguf.ggml_types import GGML_TYPES

Mutation = Callable[[RawGGUF, random.Random], None]


def _scalar_value(raw: RawGGUF, rng: random.Random) -> None:
    key = rng.choice([key for key in raw.keys if key.kind != "arr"])
    key.value = value_of(key.kind, rng)


def _small_change(raw: RawGGUF, rng: random.Random) -> None:
    key = rng.choice([key for key in raw.keys if key.kind == "u32"])
    key.value = (key.value + rng.choice((-2, -1, 1, 2, key.value))) & 0xFFFFFFFF


def _kind(raw: RawGGUF, rng: random.Random) -> None:
    key = rng.choice(raw.keys)
    key.kind = rng.choice(("u8", "u16", "u32", "i32", "f32", "bool", "str", "u64", "f64"))
    key.value = value_of(key.kind, rng)


def _to_array(raw: RawGGUF, rng: random.Random) -> None:
    key = rng.choice(raw.keys)
    kind = rng.choice(("u32", "i32", "f32", "str", "bool", "u8"))
    count = rng.choice((0, 1, 2, 300))
    key.kind, key.value = "arr", (kind, [value_of(kind, rng) for _ in range(count)])


def _drop_key(raw: RawGGUF, rng: random.Random) -> None:
    raw.keys.pop(rng.randrange(len(raw.keys)))


def _double_key(raw: RawGGUF, rng: random.Random) -> None:
    key = copy.deepcopy(rng.choice(raw.keys))
    key.name = rng.choice((key.name, f"{key.name}\0", f"{key.name}\0x", ""))
    if key.kind != "arr":
        key.value = value_of(key.kind, rng)
    raw.keys.insert(rng.randrange(len(raw.keys)), key)


def _hostile_key(raw: RawGGUF, rng: random.Random) -> None:
    kind, name = rng.choice(HOSTILE)
    if any(key.value == "llama" for key in raw.keys if key.name == "general.architecture"):
        name = name.replace("phi2.", "llama.")
    raw.keys.append(Key(name, kind, value_of(kind, rng)))


def _strings(raw: RawGGUF, rng: random.Random) -> None:
    values = rng.choice(raw.arrays("str")).value[1]
    # The last tokens are no bytes of the alphabet, so more of their changes pass the checks.
    first = rng.choice((0, max(0, len(values) - 46)))
    index, other = rng.randrange(first, len(values)), rng.choice(values[first:])
    new = rng.choice(
        (other, "", "\0", values[index] + "\0x", "A" * 100_000, "\u4f60", "a b", " ", "\udcff",
         f"[EMPTY_{index}]", values[index] + " " + other, "<0x0A>", "</s>", "<|im_end|>")
    )  # fmt: skip
    values[index] = new
    if rng.random() < 0.3:
        values[rng.randrange(first, len(values))] = new


def _token_types(raw: RawGGUF, rng: random.Random) -> None:
    types = rng.choice(raw.arrays("i32")).value[1]
    for _ in range(rng.choice((1, 3, 300))):
        types[rng.randrange(len(types))] = rng.choice((0, 1, 2, 3, 4, 5, 6, 7, -1, 1 << 30))


def _array_length(raw: RawGGUF, rng: random.Random) -> None:
    values = rng.choice(raw.arrays()).value[1]
    if rng.random() < 0.5:
        del values[rng.randrange(len(values)) :]
    else:
        values += values[: rng.choice((1, 10, 1000))]


def _array_count(raw: RawGGUF, rng: random.Random) -> None:
    key = rng.choice(raw.arrays())
    key.count = rng.choice((*BOUNDARIES, len(key.value[1]) - 1, len(key.value[1]) + 1))


def _shuffle_array(raw: RawGGUF, rng: random.Random) -> None:
    rng.shuffle(rng.choice(raw.arrays()).value[1])


def _tensor_type(raw: RawGGUF, rng: random.Random) -> None:
    for tensor in rng.choices(raw.tensors, k=rng.choice((1, 1, 4))):
        tensor.type = rng.choice((*range(43), 43, 255, (1 << 31) - 1, (1 << 32) - 1))


def _tensor_shape(raw: RawGGUF, rng: random.Random) -> None:
    tensor = rng.choice(raw.tensors)
    shape = list(tensor.shape)
    match rng.randrange(4):
        case 0:
            shape.reverse()
        case 1:
            shape.append(rng.choice((1, 1, 2, 0)))
        case 2:
            shape[rng.randrange(len(shape))] += rng.choice((-1, 1, 32))
        case _:
            # Not the huge ones: the helper would have to write that many bytes.
            shape[rng.randrange(len(shape))] = rng.choice(INTEGERS[:14])
    tensor.shape = tuple(shape)


def _tensor_offset(raw: RawGGUF, rng: random.Random) -> None:
    rng.choice(raw.tensors).offset = rng.choice(BOUNDARIES)


def _tensor_name(raw: RawGGUF, rng: random.Random) -> None:
    tensor, other = rng.choice(raw.tensors), rng.choice(raw.tensors).name
    assert isinstance(tensor.name, str)
    tensor.name = rng.choice((other, tensor.name + "\0", "", "x" * 64, "x" * 63, b"\xff",
                              tensor.name.replace("0", "00"), "rope_freqs.weight"))  # fmt: skip


def _tensor_list(raw: RawGGUF, rng: random.Random) -> None:
    match rng.randrange(4):
        case 0:
            raw.tensors.pop(rng.randrange(len(raw.tensors)))
        case 1:
            rng.shuffle(raw.tensors)
        case 2:
            raw.tensors.append(Tensor("blk.0.attn_qkv.scale", (1,)))
        case _:
            raw.tensors.append(Tensor("blk.0.rope_freqs.weight", (rng.choice((1, 4, 8)),)))


def _alignment(raw: RawGGUF, rng: random.Random) -> None:
    value = rng.choice(ALIGNMENTS)
    raw.keys.append(Key("general.alignment", "u32", value))
    raw.alignment = value if 0 < value <= 4096 else 32


def _counts(raw: RawGGUF, rng: random.Random) -> None:
    raw.n_keys = rng.choice((None, *BOUNDARIES, len(raw.keys) - 1, len(raw.keys) + 1))
    if raw.n_keys is None or rng.random() < 0.5:
        raw.n_tensors = rng.choice((*BOUNDARIES, len(raw.tensors) - 1, len(raw.tensors) + 1))
    raw.version = rng.choice((raw.version, raw.version, 0, 1, 2, 4, 3 << 24))


def _data(raw: RawGGUF, rng: random.Random) -> None:
    raw.data = rng.choice((b"\xff", b"\0", rng.randbytes(4096), b"\0\0\xc0\x7f", b"\0\0\x80\x7f"))


def _odd_sizes(raw: RawGGUF, rng: random.Random) -> None:
    """Write another model, coherent or nearly so, of odd sizes."""
    heads = rng.choice((1, 1, 2, 3, 4, 8, 16))
    head = rng.choice((1, 2, 4, 6, 8, 10, 16, 32, 64, 80))
    width = heads * head if rng.random() < 0.7 else rng.choice((64, 128, 256))
    inner, rotary = rng.choice((width, 4 * width, 1, 31)), rng.choice((2, 4, 8, head, head + 2, 3))
    weights = rng.choice(((0,), (0, 1, 30), (8, 2, 20, 6), (*range(43),)))
    _resize(raw, rng, heads=heads, width=width, inner=inner, rotary=rotary, weights=weights)


def _weight_types(raw: RawGGUF, rng: random.Random) -> None:
    """Write another model whose rows fit every type, in random types of random content."""
    heads, inner = rng.choice((1, 2, 4)), rng.choice((256, 512))
    kinds = [number for number, kind in GGML_TYPES.items() if kind.multiplies]
    weights = tuple(rng.choices(kinds, k=rng.choice((1, 2, 5))))
    _resize(raw, rng, heads=heads, width=256, inner=inner, rotary=32, weights=weights)


def _resize(
    raw: RawGGUF,
    rng: random.Random,
    *,
    heads: int,
    width: int,
    inner: int,
    rotary: int,
    weights: tuple[int, ...],
) -> None:
    sizes = {
        "block_count": rng.choice((1, 1, 2, 3)),
        "embedding_length": width,
        "feed_forward_length": inner,
        "attention.head_count": heads,
        "attention.head_count_kv": heads,
        "rope.dimension_count": rotary,
        "context_length": rng.choice((1, 2, 3, 31, 255, 256, 2048, 8192)),
    }
    for key in raw.keys:
        if isinstance(key.name, str) and key.name.startswith("phi2."):
            name = key.name.removeprefix("phi2.")
            if name in sizes:
                key.kind, key.value = "u32", sizes[name]
    shapes = tiny_shapes(layers=sizes["block_count"], width=width, inner=inner, n_vocab=320)
    raw.data = rng.randbytes(65_536)
    raw.tensors = [
        Tensor(name, shape[::-1], rng.choice(weights) if len(shape) == 2 else 0)
        for name, shape in shapes.items()
    ]


KNOWING: tuple[Mutation, ...] = (
    _scalar_value, _scalar_value, _small_change, _kind, _to_array, _drop_key, _double_key,
    _hostile_key, _hostile_key, _strings, _strings, _token_types, _array_length, _shuffle_array,
    _tensor_type, _tensor_type, _tensor_shape, _tensor_offset, _tensor_name, _tensor_list,
    _alignment, _counts, _data, _array_count, _odd_sizes, _odd_sizes, _weight_types,
)  # fmt: skip


def _blind(file: bytes, header: int, rng: random.Random) -> bytes:
    """Damage bytes, mostly in the header and mostly outside the vocabulary strings."""
    data = bytearray(file)
    at = rng.randrange(rng.choice((24, 1000, header, header, len(data))))
    match rng.randrange(6):
        case 0:
            return file[: rng.randrange(len(file))]
        case 1:
            data[at] ^= 1 << rng.randrange(8)
        case 2:
            data[at : at + 4] = struct.pack("<I", rng.choice(BOUNDARIES) & 0xFFFFFFFF)
        case 3:
            data[at : at + 8] = struct.pack("<Q", rng.choice(BOUNDARIES))
        case 4:
            start, length = rng.randrange(header), rng.choice((1, 4, 8, 40, 200))
            data[at : at + rng.choice((0, length))] = data[start : start + length]
        case _:
            for _ in range(rng.choice((2, 5, 20))):
                data[rng.randrange(header)] = rng.randrange(256)
    return bytes(data)


def mutant(raw: RawGGUF, file: bytes, header: int, seed: str) -> tuple[str, bytes]:
    """Return what was done to a good file (`raw` are its parts, `header` bytes) and the result."""
    rng = random.Random(seed)
    if rng.random() < 0.25:
        return "bytes", _blind(file, header, rng)
    parts = copy.deepcopy(raw)
    chosen = rng.sample(KNOWING, rng.choice((1, 1, 1, 2)))
    for mutation in chosen:
        # The second of two may find nothing left that it could change.
        with contextlib.suppress(IndexError):
            mutation(parts, rng)
    return " ".join(mutation.__name__ for mutation in chosen), parts.build()
