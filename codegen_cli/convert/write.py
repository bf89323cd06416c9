"""Stream a checkpoint's tensors into a GGUF file."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from gguf import GGUFWriter, LlamaFileType
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint import Tensor
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.names import TargetTensor
from codegen_cli.convert.provenance import Provenance
from codegen_cli.convert.quantize import prepare, quantize_rows
from codegen_cli.convert.relayout import qkv_rows
from codegen_cli.convert.types import FILE_TYPES, TensorType, row_bytes
from codegen_cli.convert.vocab import Vocab

#: Elements a job quantizes: large enough to hide Python, small enough to keep memory flat.
_JOB_ELEMENTS = 1 << 20


@dataclass(frozen=True, slots=True)
class PlannedTensor:
    """A tensor to write: where it goes, its type, and the checkpoint tensor (None: zeros)."""

    target: TargetTensor
    type: TensorType
    source: Tensor | None

    @property
    def elements(self) -> int:
        """Count the weights."""
        return math.prod(self.target.shape)

    @property
    def nbytes(self) -> int:
        """Return the size in the file, without padding."""
        columns = self.target.shape[-1]
        rows = self.target.shape[0] if len(self.target.shape) == 2 else 1
        return rows * row_bytes(self.type.type, columns)


def write_gguf(
    path: Path,
    config: CodeGenConfig,
    vocab: Vocab,
    provenance: Provenance,
    file_type: str,
    tensors: list[PlannedTensor],
    threads: int,
    on_elements: Callable[[int], None],
) -> None:
    """Write the file: metadata first, then each tensor from its checkpoint rows, in order.

    `on_elements` is told how many weights were written. Memory holds a few jobs of a million
    elements, whatever the model's size.

    Raises:
        CheckpointError: a weight is NaN, infinite or too large for the type.
        OSError: the disk is full or the file cannot be written.
    """
    prepare()
    writer = GGUFWriter(path, "phi2")
    try:
        _add_metadata(writer, config, vocab, provenance, file_type)
        for tensor in tensors:
            writer.add_tensor_info(
                tensor.target.name,
                tensor.target.shape,
                np.dtype(np.float32),
                tensor.nbytes,
                raw_dtype=tensor.type.type,
            )
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_ti_data_to_file()
        out: BinaryIO = writer.fout[0]
        writer.write_padding(out, out.tell())
        _write_tensors(writer, out, tensors, config, threads, on_elements)
        out.flush()
    finally:
        writer.close()


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
    writer.add_layer_norm_eps(config.layer_norm_epsilon)
    writer.add_rope_dimension_count(config.rotary_dim)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(list(vocab.tokens))
    writer.add_token_types(list(vocab.types))
    writer.add_token_merges(list(vocab.merges))
    writer.add_bos_token_id(vocab.end_of_text)
    writer.add_eos_token_id(vocab.end_of_text)
    writer.add_add_bos_token(False)


@dataclass(frozen=True, slots=True)
class _Job:
    tensor: PlannedTensor
    rows: slice | NDArray[np.intp]
    elements: int
    is_last: bool


def _write_tensors(
    writer: GGUFWriter,
    out: BinaryIO,
    tensors: list[PlannedTensor],
    config: CodeGenConfig,
    threads: int,
    on_elements: Callable[[int], None],
) -> None:
    """Quantize jobs on all cores, a bounded number ahead, and write them in order."""
    pending: deque[tuple[_Job, Future[NDArray[np.uint8]]]] = deque()

    def write_oldest() -> None:
        job, future = pending.popleft()
        out.write(future.result().data)
        if job.is_last:
            writer.write_padding(out, job.tensor.nbytes)
            if job.tensor.source is not None:
                job.tensor.source.release()
        on_elements(job.elements)

    pool = ThreadPoolExecutor(threads)
    try:
        for job in _jobs(tensors, qkv_rows(config)):
            pending.append((job, pool.submit(_run, job)))
            if len(pending) > 2 * threads:
                write_oldest()
        while pending:
            write_oldest()
    finally:
        # After an error or Ctrl-C the jobs ahead are of no use.
        pool.shutdown(wait=True, cancel_futures=True)


def _jobs(tensors: list[PlannedTensor], qkv: NDArray[np.intp]) -> Iterator[_Job]:
    for tensor in tensors:
        shape = tensor.target.shape
        rows, columns = shape if len(shape) == 2 else (1, shape[0])
        step = max(1, _JOB_ELEMENTS // columns)
        for start in range(0, rows, step):
            stop = min(rows, start + step)
            picked = qkv[start:stop] if tensor.target.is_qkv else slice(start, stop)
            yield _Job(tensor, picked, (stop - start) * columns, stop == rows)


def _run(job: _Job) -> NDArray[np.uint8]:
    source, name = job.tensor.source, job.tensor.target.name
    if source is None:
        values = np.zeros((1, job.elements), np.float32)
    elif len(source.shape) == 1:
        values = source.float32().reshape(1, -1)
    else:
        values = source.float32(job.rows)
    return quantize_rows(values, job.tensor.type.type, name)
