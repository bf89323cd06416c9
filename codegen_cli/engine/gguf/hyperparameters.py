"""The sizes of a CodeGen model, as its GGUF file states them."""

from __future__ import annotations

from dataclasses import dataclass

from codegen_cli.engine.gguf.architecture import Architecture, architecture_of
from codegen_cli.engine.gguf.file import GGUFFile
from codegen_cli.engine.gguf.keys import required
from codegen_cli.engine.gguf.refusal import CONVERT, refuse

#: Four times the largest released CodeGen (16B: 34 blocks, width 6,144; 2B: 32 heads). llama.cpp
#: aborts above 512 blocks; the rest keeps its buffers (context x width x blocks, heads x context x
#: batch, batch x inner width) in proportion to the weights, which the file has to hold.
MOST_CONTEXT = 8192
MOST_EMBEDDING = 24576
MOST_BLOCKS = 136
MOST_HEADS = 128
MOST_INNER_RATIO = 16


@dataclass(frozen=True, slots=True)
class Hyperparameters:
    """Lengths are numbers of values; `inner` is the width inside the MLP."""

    architecture: Architecture
    context: int
    embedding: int
    inner: int
    blocks: int
    heads: int
    rotary: int


def read_hyperparameters(file: GGUFFile) -> Hyperparameters:
    """Return the sizes of a model whose key types were checked.

    Raises:
        InvalidGGUF: one is missing, out of range, or does not fit the others.
    """
    embedding = _ranged(file, "embedding_length", MOST_EMBEDDING)
    heads = _ranged(file, "attention.head_count", min(MOST_HEADS, embedding))
    if embedding % heads:
        raise refuse(file.path, f"has a width of {embedding}, no multiple of {heads} heads")
    sizes = Hyperparameters(
        architecture=architecture_of(file),
        context=_ranged(file, "context_length", MOST_CONTEXT),
        embedding=embedding,
        inner=_ranged(file, "feed_forward_length", MOST_INNER_RATIO * embedding),
        blocks=_ranged(file, "block_count", MOST_BLOCKS),
        heads=heads,
        rotary=_ranged(file, "rope.dimension_count", embedding // heads),
    )
    _check_rotary(file, sizes)
    _check_groups(file, heads)
    _check_floats(file)
    return sizes


def _ranged(file: GGUFFile, name: str, most: int) -> int:
    key = f"{file.architecture}.{name}"
    value: int = required(file, key)
    if not 1 <= value <= most:
        raise refuse(file.path, f"has {key} {value}, not 1 to {most}", CONVERT)
    return value


def _check_rotary(file: GGUFFile, sizes: Hyperparameters) -> None:
    key, width = f"{file.architecture}.rope.dimension_count", sizes.embedding // sizes.heads
    if sizes.rotary % 2:
        raise refuse(file.path, f"has the odd {key} {sizes.rotary}", CONVERT)
    if sizes.architecture.whole_heads and sizes.rotary != width:
        raise refuse(file.path, f"has {key} {sizes.rotary}, its heads have {width}", CONVERT)


def _check_groups(file: GGUFFile, heads: int) -> None:
    key = f"{file.architecture}.attention.head_count_kv"
    found = file.metadata.get(key, heads)
    if found != heads:
        raise refuse(file.path, f"has {key} {found}, CodeGen has all {heads}", CONVERT)


def _check_floats(file: GGUFFile) -> None:
    # A negative or undefined epsilon aborts inside the first layer norm.
    key = f"{file.architecture}.{architecture_of(file).epsilon}"
    epsilon: float = required(file, key)
    if not 0 < epsilon < 1:
        raise refuse(file.path, f"has {key} {epsilon}, not 0 to 1", CONVERT)
    key = f"{file.architecture}.rope.freq_base"
    base: float = file.metadata.get(key, 10000.0)
    if not 1 < base <= 1e9:
        raise refuse(file.path, f"has {key} {base}, not 1 to 1e9", CONVERT)
