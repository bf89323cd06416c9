"""The head of a GGUF file: its metadata and the table of its tensors, as bytes."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from gguf import GGUFValueType, GGUFWriter, LlamaFileType
from gguf.gguf_writer import WriterState

from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.imatrix import ImportanceMatrix
from codegen_cli.convert.plain_llama import ROPE_BASE
from codegen_cli.convert.plan import PlannedTensor
from codegen_cli.convert.provenance import Provenance
from codegen_cli.convert.types import FILE_TYPES
from codegen_cli.convert.vocab import Vocab
from codegen_cli.engine.gguf import Array, GGUFFile
from codegen_cli.engine.gguf.kinds import KINDS, STRING

_VALUE_TYPES = {name: GGUFValueType(number) for number, name in KINDS.items()}

#: What a requantized file says anew; the writer itself adds the architecture and the alignment.
_REPLACED = frozenset(
    {
        "general.architecture",
        "general.alignment",
        "general.file_type",
        "codegen.file_type",
        "codegen.quantized_from",
    }
)


def gguf_header(
    config: CodeGenConfig,
    vocab: Vocab,
    provenance: Provenance,
    file_type: str,
    tensors: Sequence[PlannedTensor],
    imatrix: ImportanceMatrix | None = None,
) -> bytes:
    """Return everything before the first tensor, padded to where that begins."""
    writer = GGUFWriter(None, config.graph.name)
    _add_metadata(writer, config, vocab, provenance, file_type)
    _add_imatrix(writer, imatrix)
    return _head(writer, tensors)


def requantized_header(
    file: GGUFFile,
    file_type: str,
    tensors: Sequence[PlannedTensor],
    imatrix: ImportanceMatrix | None = None,
) -> bytes:
    """Return the same for a file whose metadata are another one's, but for the type."""
    writer = GGUFWriter(None, file.architecture)
    for key, value in file.metadata.items():
        if key not in _REPLACED and not key.startswith("quantize.imatrix."):
            _copy(writer, key, value, file.kinds[key])
    writer.add_file_type(LlamaFileType(FILE_TYPES[file_type][0]))
    writer.add_string("codegen.file_type", file_type)
    writer.add_string("codegen.quantized_from", str(file.metadata.get("codegen.file_type", "")))
    _add_imatrix(writer, imatrix)
    return _head(writer, tensors)


def _copy(writer: GGUFWriter, key: str, value: Any, kind: str) -> None:
    if not isinstance(value, Array):
        writer.add_key_value(key, value, _VALUE_TYPES[kind])
        return
    items = value.strings() if value.kind == STRING else value.numbers()
    writer.add_key_value(key, list(items), GGUFValueType.ARRAY, _VALUE_TYPES[value.kind])


def _add_imatrix(writer: GGUFWriter, imatrix: ImportanceMatrix | None) -> None:
    """Say what was used, with the keys of llama.cpp's tool."""
    if imatrix is None:
        return
    writer.add_string("quantize.imatrix.dataset", ", ".join(imatrix.datasets))
    writer.add_uint32("quantize.imatrix.entries_count", len(imatrix.sums))
    writer.add_uint32("quantize.imatrix.chunks_count", imatrix.chunks)


def _head(writer: GGUFWriter, tensors: Sequence[PlannedTensor]) -> bytes:
    out = io.BytesIO()
    for tensor in tensors:
        writer.add_tensor_info(
            tensor.target.name,
            tensor.target.shape,
            np.dtype(np.float32),
            tensor.nbytes,
            raw_dtype=tensor.type.type,
        )
    # It opens files of its own only where it was given a path.
    writer.fout, writer.state = [out], WriterState.EMPTY
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.write_padding(out, out.tell())
    return out.getvalue()


def _add_metadata(
    writer: GGUFWriter,
    config: CodeGenConfig,
    vocab: Vocab,
    provenance: Provenance,
    file_type: str,
) -> None:
    writer.add_type("model")
    writer.add_name(provenance.name)
    writer.add_size_label(provenance.size_label)
    writer.add_license(provenance.license)
    writer.add_file_type(LlamaFileType(FILE_TYPES[file_type][0]))
    writer.add_quantization_version(2)
    writer.add_string("codegen.family", provenance.family)
    writer.add_string("codegen.file_type", file_type)
    writer.add_string("codegen.source", provenance.source)
    writer.add_array("codegen.source.files", list(provenance.sha256))
    writer.add_array("codegen.source.sha256", list(provenance.sha256.values()))
    writer.add_string("codegen.config", provenance.config)
    writer.add_string("codegen.converter", provenance.converter)
    writer.add_context_length(config.n_ctx)
    writer.add_embedding_length(config.n_embd)
    writer.add_feed_forward_length(config.n_inner)
    writer.add_block_count(config.n_layer)
    writer.add_head_count(config.n_head)
    writer.add_head_count_kv(config.n_head)
    writer.add_float32(f"{config.graph.name}.{config.graph.epsilon}", config.layer_norm_epsilon)
    writer.add_rope_dimension_count(config.rotary_dim)
    if config.rope_base != ROPE_BASE:
        writer.add_rope_freq_base(config.rope_base)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(list(vocab.tokens))
    writer.add_token_types(list(vocab.types))
    writer.add_token_merges(list(vocab.merges))
    writer.add_bos_token_id(vocab.end_of_text)
    writer.add_eos_token_id(vocab.end_of_text)
    if vocab.end_of_infill is not None:
        # llama.cpp ends an answer there too.
        writer.add_eot_token_id(vocab.end_of_infill)
    writer.add_add_bos_token(False)
