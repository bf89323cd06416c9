"""A GGUF file of this project, unquantized, as a checkpoint to export."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from gguf import TokenType

from codegen_cli.convert.checkpoint import Checkpoint, LazyTensor, Tensor
from codegen_cli.convert.checkpoint.dtypes import STORED
from codegen_cli.convert.checkpoint.layout import Layout, contiguous_strides
from codegen_cli.convert.checkpoint.mapped import MappedFile
from codegen_cli.convert.config import CodeGenConfig, check_parallel_block
from codegen_cli.convert.names import target_tensors
from codegen_cli.convert.qkv import GGUF
from codegen_cli.convert.source import Source
from codegen_cli.convert.vocab import Vocab
from codegen_cli.engine.gguf import GGUFFile, TensorInfo, check_codegen, read_gguf
from codegen_cli.engine.gguf.architecture import architecture_of
from codegen_cli.errors import CheckpointError


@contextmanager
def open_gguf(path: Path) -> Iterator[Source]:
    """Open a file's tensors under the names of checkpoints, for as long as the context lasts.

    Raises:
        InvalidGGUF: the file is broken or not a CodeGen model.
        CheckpointError: its weights are quantized, or it has biases that CodeGen has not.
    """
    file = read_gguf(path)
    check_codegen(file)
    config = gguf_config(file)
    check_parallel_block(config, f'"{path}"')
    mapped = MappedFile(path)
    try:
        tensors = _tensors(file, config, mapped)
        checkpoint = Checkpoint("gguf", [mapped], tensors, {})
        name = str(file.metadata.get("general.name", path.stem))
        yield Source(name, path, config, checkpoint, (path,), gguf_vocab(file, path))
    finally:
        mapped.close()


def gguf_config(file: GGUFFile) -> CodeGenConfig:
    """Return the shape of a checked file; `raw` is what its checkpoint's config.json said."""
    graph = architecture_of(file)
    width = int(file.own("embedding_length"))
    return CodeGenConfig(
        n_layer=int(file.own("block_count")),
        n_embd=width,
        n_head=int(file.own("attention.head_count")),
        n_inner=int(file.own("feed_forward_length")),
        n_ctx=int(file.own("context_length")),
        rotary_dim=int(file.own("rope.dimension_count")),
        vocab_size=len(file.metadata["tokenizer.ggml.tokens"]),
        layer_norm_epsilon=float(file.own(graph.epsilon)),
        tie_word_embeddings=False,
        qkv=GGUF,
        raw=_raw(file.metadata.get("codegen.config", "")),
        graph=graph,
    )


def _raw(text: Any) -> dict[str, Any]:
    try:
        raw = json.loads(text)
    except (TypeError, ValueError, RecursionError):
        return {}
    return raw if isinstance(raw, dict) else {}


def gguf_vocab(file: GGUFFile, path: Path) -> Vocab:
    """Return the vocabulary of a checked file."""
    meta = file.metadata
    return Vocab(
        tokens=tuple(meta["tokenizer.ggml.tokens"].strings()),
        types=tuple(TokenType(int(kind)) for kind in meta["tokenizer.ggml.token_type"].numbers()),
        merges=tuple(meta["tokenizer.ggml.merges"].strings()),
        end_of_text=int(meta["tokenizer.ggml.eos_token_id"]),
        folder=path,
        files=(),
    )


def _tensors(file: GGUFFile, config: CodeGenConfig, mapped: MappedFile) -> dict[str, Tensor]:
    infos = {info.name: info for info in file.tensors}
    tensors: dict[str, Tensor] = {}
    for target in target_tensors(config):
        tensor = _tensor(infos[target.name], mapped, *target.sources)
        if target.sources:
            tensors[tensor.name] = tensor
        elif tensor.float32().any():
            raise CheckpointError(
                f"{mapped.path} has the bias {target.name}, which CodeGen and GPT-J do not have",
                "export the checkpoint that it was made of",
            )
    return tensors


def _tensor(info: TensorInfo, mapped: MappedFile, name: str = "") -> LazyTensor:
    if info.type not in STORED:
        raise CheckpointError(
            f"{mapped.path} has {info.name} in {info.type}, a type that lost something",
            "export a file of type F32, F16 or BF16, or the checkpoint itself",
        )
    shape = info.shape[::-1]
    layout = Layout(info.type, shape, contiguous_strides(shape), info.offset)
    return LazyTensor(name or info.name, layout, mapped)
