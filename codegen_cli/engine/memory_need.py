"""The memory that a model takes, read off its file or its shape before anything is loaded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain

from codegen_cli.engine.gguf import GGUFFile
from codegen_cli.engine.gguf.hyperparameters import Hyperparameters, read_hyperparameters

#: llama.cpp rounds a cache up to a multiple of this (`src/llama-context.cpp`).
_CELLS_MULTIPLE = 256

#: Bytes of a value: keys, values and the attention mask are F16, activations F32.
_HALF, _SINGLE = 2, 4

#: Head widths with flash attention on every kind of GPU; all released sizes have one of them.
_FLASH_WIDTHS = frozenset({64, 80, 96, 112, 128, 256})


@dataclass(frozen=True, slots=True)
class MemoryNeed:
    """Bytes of each part of a model.

    `blocks` are the weights of each block, in order, `kv` the cache of one block, `compute` the
    buffers of a device that evaluates any part. `staging` is room for weights that stay in main
    memory: llama.cpp copies them over to evaluate long prompts.
    """

    blocks: tuple[int, ...]
    output: int
    embedding: int
    kv: int
    compute: int
    staging: int = 0

    @property
    def layers(self) -> int:
        """Count layers as llama.cpp does: the output is one more behind the blocks."""
        return len(self.blocks) + 1

    @property
    def total(self) -> int:
        """Return the bytes of a model that lies on one device as a whole."""
        weights = sum(self.blocks) + self.output + self.embedding
        return weights + self.kv * len(self.blocks) + self.compute


def memory_need(
    file: GGUFFile,
    cells: int,
    batch: int,
    *,
    devices: int = 1,
    adapters: Sequence[GGUFFile] = (),
) -> MemoryNeed:
    """Return what a checked file needs with a cache of `cells` tokens, on `devices` GPUs.

    The tensors of adapters lie beside those that they change.
    """
    tensors = [
        (tensor.name, tensor.nbytes)
        for tensor in chain(file.tensors, *(adapter.tensors for adapter in adapters))
    ]
    sizes = read_hyperparameters(file)
    return need_of(sizes, tensors, _vocabulary(file), cells, batch, devices=devices)


def need_of(
    sizes: Hyperparameters,
    tensors: Iterable[tuple[str, int]],
    n_vocab: int,
    cells: int,
    batch: int,
    *,
    devices: int = 1,
) -> MemoryNeed:
    """Return what a model of this shape needs, given its tensors' names and bytes."""
    blocks = [0] * sizes.blocks
    rest = {"token_embd": 0, "output": 0, "output_norm": 0}
    largest = 0
    for full_name, nbytes in tensors:
        largest = max(largest, nbytes)
        group, _, name = full_name.partition(".")
        if group == "blk":
            blocks[int(name.partition(".")[0])] += nbytes
        else:
            rest[group] += nbytes
    batch = min(batch, cells)
    cells = -(-cells // _CELLS_MULTIPLE) * _CELLS_MULTIPLE
    return MemoryNeed(
        blocks=tuple(blocks),
        output=rest["output"] + rest["output_norm"],
        embedding=rest["token_embd"],
        kv=2 * cells * sizes.embedding * _HALF,
        compute=compute_bytes(sizes, n_vocab, cells, batch, devices=devices),
        # The copies of two matrices can be alive at once, one in use and one on its way.
        staging=2 * largest,
    )


def compute_bytes(
    sizes: Hyperparameters, n_vocab: int, cells: int, batch: int, *, devices: int = 1
) -> int:
    """Estimate the compute buffers of a device, rather too large: llama.cpp shares more memory.

    A test holds the estimate against what llama.cpp reports on a CPU.
    """
    e = sizes.embedding
    inner = sizes.architecture.mlp_rows * sizes.inner
    activations = batch * (5 * e + max(3 * e, inner) + n_vocab) * _SINGLE
    # Several GPUs work on several batches at once, each with inputs of its own
    # (GGML_SCHED_MAX_COPIES, `ggml/src/ggml-backend.cpp`).
    mask = cells * batch * _HALF * (4 if devices > 1 else 1)
    if e // sizes.heads in _FLASH_WIDTHS:
        return activations + mask
    return activations + mask + 2 * cells * batch * sizes.heads * _SINGLE


def _vocabulary(file: GGUFFile) -> int:
    return next(t.shape[1] for t in file.tensors if t.name == "token_embd.weight")
