"""Find the weight files of a model folder and open all of them as one checkpoint."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from contextlib import ExitStack
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Literal

from codegen_cli.errors import CheckpointError

from .index import check_shards, read_index
from .layout import Contents
from .place import Place, open_weights
from .safetensors_file import read_safetensors
from .tensor import LazyTensor, Tensor
from .torch_file import read_torch
from .wall import Malformed, reading
from .weight_file import WeightFile

Format = Literal["safetensors", "pytorch", "jaxformer", "gguf"]

#: The weights of a model, in the order of preference.
MODEL_FILES: dict[str, Format] = {
    "model.safetensors": "safetensors",
    "model.safetensors.index.json": "safetensors",
    "pytorch_model.bin": "pytorch",
    "pytorch_model.bin.index.json": "pytorch",
}
#: The weights of an adapter.
ADAPTER_FILES: dict[str, Format] = {
    "adapter_model.safetensors": "safetensors",
    "adapter_model.bin": "pytorch",
}
_READERS: dict[Format, Callable[[WeightFile], Contents]] = {
    "safetensors": read_safetensors,
    "pytorch": read_torch,
}
#: Weights of other frameworks that Hugging Face repositories hold.
_UNSUPPORTED = ("*.msgpack", "*.h5", "*.ot", "*.ckpt.index", "*.gguf", "*.onnx")


class Checkpoint:
    """Hold the tensors of one checkpoint and the mappings of its files.

    `files` are the weight files that were read, sorted, and `size` their bytes; `other` names the
    element type of each tensor that is not F32, F16 or BF16.
    """

    tensors: Mapping[str, Tensor]
    files: tuple[Path, ...]
    size: int
    format: Format
    other: Mapping[str, str]

    def __init__(
        self,
        format: Format,
        files: Collection[WeightFile],
        tensors: Mapping[str, Tensor],
        other: Mapping[str, str],
    ) -> None:
        self._opened = tuple(files)
        self.format = format
        self.files = tuple(sorted(file.path for file in files))
        self.size = sum(file.size for file in files)
        self.tensors = MappingProxyType(dict(tensors))
        self.other = MappingProxyType(dict(other))

    def close(self) -> None:
        """Unmap the files; arrays that were read stay valid."""
        for file in self._opened:
            file.close()

    def __enter__(self) -> Checkpoint:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.close()


def open_checkpoint(folder: Place, names: Mapping[str, Format] = MODEL_FILES) -> Checkpoint:
    """Open the first of the files that is there: by default of a model, or the list of its shards.

    Nothing but headers is read. Raises `CheckpointError` when nothing is found and for every
    file that is damaged, hostile or of an unsupported kind.
    """
    path = _find(folder, names)
    format = names[path.name]
    with ExitStack() as opened, reading(path):
        weight_map = read_index(path) if path.name.endswith(".json") else {}
        files = sorted(set(weight_map.values())) or [path.name]
        parts: dict[WeightFile, Contents] = {}
        for name in files:
            file = open_weights(folder / name)
            opened.callback(file.close)
            with reading(file.path):
                parts[file] = _READERS[format](file)
        if weight_map:
            check_shards(weight_map, {file.path.name: part for file, part in parts.items()})
        checkpoint = _checkpoint(format, parts)
        if not checkpoint.tensors:
            raise Malformed("holds no tensor of type F32, F16 or BF16", "is it a model's weights?")
        opened.pop_all()
    return checkpoint


def _checkpoint(format: Format, parts: Mapping[WeightFile, Contents]) -> Checkpoint:
    tensors = {
        name: LazyTensor(name, layout, file)
        for file, contents in parts.items()
        for name, layout in contents.tensors.items()
    }
    other = {name: dtype for part in parts.values() for name, dtype in part.other.items()}
    return Checkpoint(format, parts, tensors, other)


def _find(folder: Place, names: Mapping[str, Format]) -> Place:
    with reading(folder):
        if not folder.is_dir():
            raise CheckpointError(f"{folder} is not a folder", "give the folder of the checkpoint")
        for name in names:
            if (folder / name).exists() or (folder / name).is_symlink():
                return folder / name
        others = sorted(file.name for glob in _UNSUPPORTED for file in folder.glob(glob))
    looked_for = ", ".join(names)
    if others:
        raise CheckpointError(
            f"{folder} holds {others[0]}, which is not a format that is read",
            f"supported are {looked_for}",
        )
    raise CheckpointError(f"{folder} holds no weights", f"looked for {looked_for}")
