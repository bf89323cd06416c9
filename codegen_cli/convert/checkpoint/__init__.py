"""Read the tensors of Hugging Face checkpoints: no torch, no pickled code, nothing loaded early.

    with open_checkpoint(folder) as checkpoint:
        for tensor in checkpoint.tensors.values():
            use(tensor.float32())
            tensor.release()

`folder` finds the files, `index` reads shard lists, `safetensors_file` and `torch_file` turn one
file into `Layout`s, `LazyTensor` copies rows out of the `MappedFile` they point into.
"""

from __future__ import annotations

from .folder import Checkpoint, open_checkpoint
from .tensor import LazyTensor, Tensor

__all__ = ["Checkpoint", "LazyTensor", "Tensor", "open_checkpoint"]
