"""Which metadata keys a CodeGen file may have, and of which type."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from codegen_cli.engine.gguf.architecture import ARCHITECTURES, Architecture, architecture_of
from codegen_cli.engine.gguf.file import GGUFFile
from codegen_cli.engine.gguf.kinds import ARRAY
from codegen_cli.engine.gguf.refusal import CONVERT, refuse, show

#: Keys that llama.cpp reads for every model and this project's converter may write.
_COMMON = {
    "general.architecture": "str",
    "general.type": "str",
    "general.name": "str",
    "general.file_type": "u32",
    "general.quantization_version": "u32",
    "general.alignment": "u32",
    "tokenizer.ggml.model": "str",
    "tokenizer.ggml.pre": "str",
    "tokenizer.ggml.tokens": "arr[str]",
    "tokenizer.ggml.token_type": "arr[i32]",
    "tokenizer.ggml.merges": "arr[str]",
    "tokenizer.ggml.bos_token_id": "u32",
    "tokenizer.ggml.eos_token_id": "u32",
    "tokenizer.ggml.eot_token_id": "u32",
    "tokenizer.ggml.unknown_token_id": "u32",
    "tokenizer.ggml.padding_token_id": "u32",
    "tokenizer.ggml.add_bos_token": "bool",
    "tokenizer.ggml.add_eos_token": "bool",
    "tokenizer.ggml.add_space_prefix": "bool",
    "tokenizer.chat_template": "str",
}

#: The same under the name of the architecture, such as "phi2.block_count".
_OWN = {
    "context_length": "u32",
    "embedding_length": "u32",
    "feed_forward_length": "u32",
    "block_count": "u32",
    "attention.head_count": "u32",
    "attention.head_count_kv": "u32",
    "rope.dimension_count": "u32",
    "rope.freq_base": "f32",
    "vocab_size": "u32",
}

#: Where llama.cpp reads more keys than these; any other could change or abort the graph.
_CLOSED = (*(f"{name}." for name in ARCHITECTURES), "tokenizer.", "general.tensor_extra.")

#: Whose presence means another sort of file.
_OTHER_FILES = {
    "split.": "is one part of a split model",
    "adapter.": "is an adapter, not a model",
    "imatrix.": "is an importance matrix, not a model",
}


def kinds_of_keys(architecture: Architecture) -> dict[str, str]:
    """Return the keys that a file of this architecture may have, and their types."""
    own = {**_OWN, architecture.epsilon: "f32"}
    return {**_COMMON, **{f"{architecture.name}.{key}": kind for key, kind in own.items()}}


def check_keys(file: GGUFFile) -> None:
    """Refuse a file with keys that could make llama.cpp do something else than CodeGen.

    Raises:
        InvalidGGUF: such a key is there, or a known key has another type.
    """
    known = kinds_of_keys(architecture_of(file))
    for key in file.metadata:
        _check_namespace(file, key, known)
        wanted = known.get(key)
        if wanted and (found := kind_of(file, key)) != wanted:
            raise refuse(file.path, f"has {key} of type {found}, not {wanted}", CONVERT)
    # llama.cpp adjusts the tokens of models so named, and looks for tokens CodeGen has not.
    name = file.metadata.get("general.name", "").lower()
    if "phi3" in name or "phi-3" in name:
        raise refuse(file.path, f"is named {show(name)}, so llama.cpp takes it for Phi-3", CONVERT)


def _check_namespace(file: GGUFFile, key: str, known: Mapping[str, str]) -> None:
    for start, what in _OTHER_FILES.items():
        if key.startswith(start):
            raise refuse(file.path, f"{what}: it has the key {show(key)}", CONVERT)
    if key.startswith(_CLOSED) and key not in known:
        raise refuse(file.path, f"has the key {show(key)}, which CodeGen models do not have")


def kind_of(file: GGUFFile, key: str) -> str:
    """Return the type of a value, with that of its elements if it is an array."""
    kind = file.kinds[key]
    return f"{kind}[{file.metadata[key].kind}]" if kind == ARRAY else kind


def required(file: GGUFFile, key: str) -> Any:
    """Return a value whose type was checked.

    Raises:
        InvalidGGUF: it is missing.
    """
    if key not in file.metadata:
        raise refuse(file.path, f"has no {key}", CONVERT)
    return file.metadata[key]
