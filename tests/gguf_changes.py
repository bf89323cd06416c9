"""Single changes to the parts of a good GGUF file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from rawgguf import Key, RawGGUF, Tensor

Change = Callable[[RawGGUF], None]


def key(raw: RawGGUF, name: str) -> Key:
    return next(key for key in raw.keys if key.name == name)


def tensor(raw: RawGGUF, name: str) -> Tensor:
    return next(tensor for tensor in raw.tensors if tensor.name == name)


def put(name: str, value: Any) -> Change:
    """Give a key another value of the same type."""

    def change(raw: RawGGUF) -> None:
        key(raw, name).value = value

    return change


def add(name: str, kind: str, value: Any) -> Change:
    """Add a key, or replace it."""

    def change(raw: RawGGUF) -> None:
        raw.keys = [key for key in raw.keys if key.name != name] + [Key(name, kind, value)]

    return change


def drop(name: str) -> Change:
    """Remove a key."""

    def change(raw: RawGGUF) -> None:
        raw.keys.remove(key(raw, name))

    return change


def token(index: int, value: str) -> Change:
    """Replace one token."""

    def change(raw: RawGGUF) -> None:
        key(raw, "tokenizer.ggml.tokens").value[1][index] = value

    return change


def token_type(index: int, value: int) -> Change:
    """Replace the type of one token."""

    def change(raw: RawGGUF) -> None:
        key(raw, "tokenizer.ggml.token_type").value[1][index] = value

    return change


def merge(value: str) -> Change:
    """Add a merge."""

    def change(raw: RawGGUF) -> None:
        key(raw, "tokenizer.ggml.merges").value[1].append(value)

    return change


def lengthen(name: str, count: int) -> Change:
    """Repeat the last value of an array, or remove values from its end."""

    def change(raw: RawGGUF) -> None:
        values = key(raw, name).value[1]
        key(raw, name).value[1][:] = (values + values[-1:] * max(0, count))[: len(values) + count]

    return change


def reshape(name: str, *shape: int) -> Change:
    """Give a tensor another shape."""

    def change(raw: RawGGUF) -> None:
        tensor(raw, name).shape = shape

    return change


def retype(name: str, kind: int) -> Change:
    """Give a tensor another type."""

    def change(raw: RawGGUF) -> None:
        tensor(raw, name).type = kind

    return change


def add_tensor(name: str, *shape: int) -> Change:
    """Add a tensor."""
    return lambda raw: raw.tensors.append(Tensor(name, shape))


def drop_tensor(name: str) -> Change:
    """Remove a tensor."""
    return lambda raw: raw.tensors.remove(tensor(raw, name))


def many_controls(raw: RawGGUF) -> None:
    """Replace the padding by more control tokens than CodeGen could have."""
    key(raw, "tokenizer.ggml.tokens").value[1][256:] = [f"<|{i}|>" for i in range(1025)]
    key(raw, "tokenizer.ggml.token_type").value[1][256:] = [3] * 1025


def both(*changes: Change) -> Change:
    """Change several things."""

    def change(raw: RawGGUF) -> None:
        for one in changes:
            one(raw)

    return change
