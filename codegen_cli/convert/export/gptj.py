"""Write a Hugging Face GPT-J checkpoint: the same block with separate query, key and value."""

from __future__ import annotations

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from codegen_cli.convert.config import CodeGenConfig, check_parallel_block
from codegen_cli.convert.export.check import verify_export
from codegen_cli.convert.export.encode import TORCH_TYPES
from codegen_cli.convert.export.plan import ExportTensor, gptj_tensors
from codegen_cli.convert.export.shards import write_shards
from codegen_cli.convert.export.tokenizer_files import (
    copy_tokenizer,
    padded,
    write_fast_tokenizer,
    write_tokenizer,
)
from codegen_cli.convert.gguf_source import open_gguf
from codegen_cli.convert.output import check_space
from codegen_cli.convert.provenance import family_of
from codegen_cli.convert.source import Progress, Source, open_source
from codegen_cli.convert.tokenizer import find_vocab
from codegen_cli.convert.verify import Verification
from codegen_cli.convert.vocab import Vocab, has_vocab
from codegen_cli.errors import UsageError
from codegen_cli.files import check_new_folder, new_folder


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """What the user asked for; `dtype` None keeps each tensor's type, sizes are bytes.

    `pad_tokens` gives the rows of the vocabulary that no text uses a token each.
    """

    dtype: str | None = None
    shard_bytes: int = 5 * 10**9
    tokenizer: Path | None = None
    run_config: Path | None = None
    cores: int | None = None
    family: str | None = None
    pad_tokens: bool = False
    verify: bool = True


@dataclass(frozen=True, slots=True)
class ExportReport:
    """What was written: weight files, their bytes, weights, and the check."""

    path: Path
    files: tuple[str, ...]
    size: int
    parameters: int
    dtype: str
    tokenizer: str
    verification: Verification | None


def export_gptj(
    path: Path, output: Path, options: ExportOptions, on_progress: Progress
) -> ExportReport:
    """Write the GPT-J checkpoint of a CodeGen or GPT-J source to a new folder.

    The folder appears under its name only when it is complete and checked.

    Raises:
        UsageError: the output exists, or the type is unknown.
        CheckpointError: the source is missing, unreadable or of another model.
        CheckFailed: what was written does not compute what the source computes.
    """
    check_new_folder(output)
    with _open(path, options, on_progress) as source:
        check_parallel_block(source.config, f'"{path}"')
        vocab = find_vocab(source, options.tokenizer, family_of(source, options.family))
        tensors = gptj_tensors(source, parse_dtype(options.dtype))
        size = sum(tensor.nbytes for tensor in tensors)
        check_space(output, size)
        dtype = _main_type(tensors)
        with new_folder(output) as folder:
            files = write_shards(
                folder,
                tensors,
                options.shard_bytes,
                lambda n: on_progress("writing", n, size),
            )
            config = json.dumps(gptj_config(source.config, vocab, dtype), indent=2)
            (folder / "config.json").write_text(config + "\n")
            _write_vocab(source, vocab, folder, pad=options.pad_tokens)
            verification = None
            if options.verify:
                on_progress("checking", 0, 0)
                verification = verify_export(source, vocab, folder, dtype)
    return ExportReport(
        path=output,
        files=tuple(files),
        size=size,
        parameters=source.config.parameters,
        dtype=dtype,
        tokenizer=str(vocab.folder),
        verification=verification,
    )


def _open(
    path: Path, options: ExportOptions, on_progress: Progress
) -> AbstractContextManager[Source]:
    if path.suffix == ".gguf" and options.run_config is None and options.cores is None:
        return open_gguf(path)
    return open_source(path, on_progress, run_config=options.run_config, cores=options.cores)


def parse_dtype(name: str | None) -> str | None:
    """Return a known type, whatever its case.

    Raises:
        UsageError: it is unknown.
    """
    if name is None or name.upper() in TORCH_TYPES:
        return name and name.upper()
    raise UsageError(f'unknown type "{name}"', f"known: {', '.join(TORCH_TYPES)}")


def gptj_config(config: CodeGenConfig, vocab: Vocab, dtype: str) -> dict[str, Any]:
    """Return the config.json of the exported model (transformers `configuration_gptj.py`)."""
    return {
        "architectures": ["GPTJForCausalLM"],
        "model_type": "gptj",
        # The same function as gelu_new; TGI takes that name for GELU without the tanh.
        "activation_function": "gelu_pytorch_tanh",
        "attn_pdrop": 0.0,
        "bos_token_id": vocab.end_of_text,
        "embd_pdrop": 0.0,
        "eos_token_id": vocab.end_of_text,
        "initializer_range": 0.02,
        "layer_norm_epsilon": config.layer_norm_epsilon,
        "n_embd": config.n_embd,
        "n_head": config.n_head,
        "n_inner": None if config.n_inner == 4 * config.n_embd else config.n_inner,
        "n_layer": config.n_layer,
        "n_positions": config.n_ctx,
        "resid_pdrop": 0.0,
        "rotary": True,
        "rotary_dim": config.rotary_dim,
        "scale_attn_weights": True,
        "tie_word_embeddings": False,
        "tokenizer_class": "CodeGenTokenizer",
        "torch_dtype": TORCH_TYPES[dtype],
        "use_cache": True,
        "vocab_size": config.vocab_size,
    }


def _main_type(tensors: list[ExportTensor]) -> str:
    """Return the type of the most bytes."""
    sizes = dict.fromkeys(TORCH_TYPES, 0)
    for tensor in tensors:
        sizes[tensor.dtype] += tensor.nbytes
    return max(sizes, key=lambda dtype: sizes[dtype])


def _write_vocab(source: Source, vocab: Vocab, folder: Path, *, pad: bool) -> None:
    """Keep the source's own files, which may say more; write all where it had none."""
    if pad:
        write_tokenizer(padded(vocab), source.config.n_ctx, folder)
    elif has_vocab(source.place) and vocab.folder == source.place:
        copy_tokenizer(source.place, folder)
        if not (folder / "tokenizer.json").exists():
            write_fast_tokenizer(vocab, folder)
    else:
        write_tokenizer(vocab, source.config.n_ctx, folder)
