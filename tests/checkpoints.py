"""Write random CodeGen checkpoints in Hugging Face's layout with NumPy alone.

The weights are large enough that all parts of the block show in the logits: attention scores have
a spread of about 2, so a row that lands in the wrong place changes what is attended to.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Literal

import numpy as np
from numpy.typing import NDArray

Dtype = Literal["F32", "F16", "BF16"]
Family = Literal["codegen", "gptj"]

#: Data that some tests use when it is there: a folder beside the repository.
_SHARED = Path(__file__).resolve().parents[1].parent / "shared"

#: A program of the turn protocol, such as the trained checkpoint of the shared data writes.
PROGRAM = """\
# Import libraries.

import numpy as np

# Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".
values = [4, 8, 15, 16, 23]

# Compute the sum of the list and store it in "total".
total = sum(values)

# Print the total.
print(total)

# Define a function named "is_prime" that checks if a number is prime.
def is_prime(n):
    if n < 2:
        return False
    for i in range(2, int(n ** 0.5) + 1):
        if n % i == 0:
            return False
    return True

# Call the function "is_prime" with 97 and save the result in "outcome".
outcome = is_prime(97)

# Print the variable "outcome".
print(outcome)
"""

#: 256 bytes, the end of text, and runs of 31…2 spaces and 9…2 tabs.
SMALLEST_VOCAB = 256 + 1 + 38

#: Each word is merged from the left, letter by letter; the order makes some of them compete.
_WORDS = (
    " the",
    " return",
    "return",
    "def",
    " def",
    "import",
    " numpy",
    "print",
    "('",
    "')",
    " =",
    "==",
    " for",
    " in",
    "range",
    "\n\n",
    "\r\n",
    "  ",
    "\t\t",
    " #",
    "12",
    "123",
    " 1",
    "é",
    " ï",
    "数",
    "学",
    "🙂",
    "'s",
    "'ll",
    "<|",
    "|>",
    "end",
    "text",
    "self",
    ".append",
    "_",
    "__init__",
    "class",
    " self",
    "):",
    ":\n",
    "list",
    "sum",
    " of",
    " a",
)

_BLOCK = 1 << 22


def shared(name: str) -> Path | None:
    """Return a folder of the optional shared data, None where it is absent."""
    path = _SHARED / name
    return path if path.is_dir() else None


@dataclass(frozen=True)
class RandomTensor:
    """A tensor to draw: its shape, standard deviation and mean."""

    shape: tuple[int, ...]
    std: float
    mean: float = 0.0


def write_checkpoint(
    folder: Path,
    *,
    n_layer: int,
    n_embd: int,
    n_head: int,
    rotary_dim: int,
    vocab_size: int,
    n_inner: int | None = None,
    n_ctx: int = 2048,
    tie: bool = False,
    dtype: Dtype = "F32",
    family: Family = "codegen",
    seed: int,
    scale: float = 1.0,
) -> Path:
    """Write config.json, model.safetensors and a small GPT-2 tokenizer; `scale` is the logits' std.

    The same seed gives the same weights on every machine, up to the rounding of `dtype`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    config = {
        "architectures": [{"codegen": "CodeGenForCausalLM", "gptj": "GPTJForCausalLM"}[family]],
        "model_type": family,
        "activation_function": "gelu_new",
        "bos_token_id": vocab_of(vocab_size)["<|endoftext|>"],
        "eos_token_id": vocab_of(vocab_size)["<|endoftext|>"],
        "layer_norm_epsilon": 1e-5,
        "n_ctx": n_ctx,
        "n_positions": n_ctx,
        "n_embd": n_embd,
        "n_head": n_head,
        "n_inner": n_inner,
        "n_layer": n_layer,
        "rotary_dim": rotary_dim,
        "vocab_size": vocab_size,
        "tie_word_embeddings": tie,
        "tokenizer_class": "CodeGenTokenizer",
    }
    (folder / "config.json").write_text(json.dumps(config, indent=1))
    write_tokenizer(folder, vocab_size)
    inner = n_inner or 4 * n_embd
    tensors = dict(_tensors(n_layer, n_embd, inner, vocab_size, tie, scale, family))
    with (folder / "model.safetensors").open("wb") as out:
        write_random(out, tensors, dtype, seed)
    return folder


def _tensors(
    n_layer: int, e: int, f: int, v: int, tie: bool, scale: float, family: Family
) -> Iterator[tuple[str, RandomTensor]]:
    head = RandomTensor((v, e), scale / math.sqrt(e))
    yield "transformer.wte.weight", head if tie else RandomTensor((v, e), 1.0)
    for layer in range(n_layer):
        prefix = f"transformer.h.{layer}."
        yield prefix + "ln_1.weight", RandomTensor((e,), 0.1, 1.0)
        yield prefix + "ln_1.bias", RandomTensor((e,), 0.1)
        parts = {"codegen": ("qkv",), "gptj": ("q", "k", "v")}[family]
        for part in parts:
            shape = (len("qkv") // len(parts) * e, e)
            yield f"{prefix}attn.{part}_proj.weight", RandomTensor(shape, 1.5 / math.sqrt(e))
        yield prefix + "attn.out_proj.weight", RandomTensor((e, e), 1 / math.sqrt(e))
        yield prefix + "mlp.fc_in.weight", RandomTensor((f, e), 1 / math.sqrt(e))
        yield prefix + "mlp.fc_in.bias", RandomTensor((f,), 0.1)
        yield prefix + "mlp.fc_out.weight", RandomTensor((e, f), 1 / math.sqrt(f))
        yield prefix + "mlp.fc_out.bias", RandomTensor((e,), 0.1)
    yield "transformer.ln_f.weight", RandomTensor((e,), 0.1, 1.0)
    yield "transformer.ln_f.bias", RandomTensor((e,), 0.1)
    if not tie:
        yield "lm_head.weight", head
    yield "lm_head.bias", RandomTensor((v,), 0.1)


def write_random(out: BinaryIO, tensors: dict[str, RandomTensor], dtype: Dtype, seed: int) -> None:
    width, start = 4 if dtype == "F32" else 2, 0
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    for name, tensor in tensors.items():
        end = start + width * math.prod(tensor.shape)
        header[name] = {"dtype": dtype, "shape": tensor.shape, "data_offsets": [start, end]}
        start = end
    text = json.dumps(header).encode()
    text += b" " * (-len(text) % 8)
    out.write(len(text).to_bytes(8, "little") + text)
    for number, tensor in enumerate(tensors.values()):
        random = np.random.default_rng([seed, number])
        left = math.prod(tensor.shape)
        while left:
            values = random.standard_normal(min(left, _BLOCK), dtype=np.float32)
            out.write(_encode(values * np.float32(tensor.std) + np.float32(tensor.mean), dtype))
            left -= len(values)


def _encode(values: NDArray[np.float32], dtype: Dtype) -> bytes:
    if dtype == "F32":
        return values.tobytes()
    if dtype == "F16":
        return values.astype(np.float16).tobytes()
    bits = values.view(np.uint32)
    # To nearest, ties to even, as torch rounds.
    rounded = (bits + np.uint32(0x7FFF) + ((bits >> np.uint32(16)) & np.uint32(1))) >> np.uint32(16)
    return rounded.astype(np.uint16).tobytes()


def write_tokenizer(folder: Path, vocab_size: int) -> None:
    """Write vocab.json, merges.txt, added_tokens.json and what transformers wants beside them."""
    vocab = vocab_of(vocab_size)
    end = vocab["<|endoftext|>"]
    added = {token: index for token, index in vocab.items() if index > end}
    base = {token: index for token, index in vocab.items() if index <= end}
    merges = "".join(f"{left} {right}\n" for left, right in _merges(vocab_size))
    special = dict.fromkeys(("bos_token", "eos_token", "unk_token"), "<|endoftext|>")
    settings = {"tokenizer_class": "CodeGenTokenizer", "add_prefix_space": False, **special}
    (folder / "vocab.json").write_text(json.dumps(base))
    (folder / "merges.txt").write_text("#version: 0.2\n" + merges, encoding="utf-8", newline="\n")
    (folder / "added_tokens.json").write_text(json.dumps(added))
    (folder / "special_tokens_map.json").write_text(json.dumps(special))
    (folder / "tokenizer_config.json").write_text(json.dumps(settings))


def vocab_of(vocab_size: int) -> dict[str, int]:
    """Return the ids of the small tokenizer: bytes, merges, end of text, spaces, tabs."""
    tokens = [*_byte_spelling().values()]
    tokens += [left + right for left, right in _merges(vocab_size)]
    tokens += ["<|endoftext|>", *(" " * n for n in range(31, 1, -1))]
    tokens += ["\t" * n for n in range(9, 1, -1)]
    return {token: index for index, token in enumerate(tokens)}


def _byte_spelling() -> dict[int, str]:
    """Return GPT-2's printable character for each byte, in the order of its ids."""
    plain = [b for b in range(256) if 33 <= b < 127 or (161 <= b < 256 and b != 173)]
    rest = [b for b in range(256) if b not in plain]
    return {b: chr(b) for b in plain} | {b: chr(256 + i) for i, b in enumerate(rest)}


def _merges(vocab_size: int) -> list[tuple[str, str]]:
    """Return as many merges as leave room for the other tokens."""
    if vocab_size < SMALLEST_VOCAB:
        raise ValueError(f"vocab_size {vocab_size} is below {SMALLEST_VOCAB}")
    spelled, merges = _byte_spelling(), dict[str, tuple[str, str]]()
    for word in _WORDS:
        letters = [spelled[byte] for byte in word.encode()]
        for n in range(1, len(letters)):
            merges.setdefault("".join(letters[: n + 1]), ("".join(letters[:n]), letters[n]))
    return list(merges.values())[: vocab_size - SMALLEST_VOCAB]
