"""What the pickle inside a torch checkpoint may name, as inert objects, and the state dict it is.

Source: https://github.com/pytorch/pytorch/blob/v2.9.0/torch/_utils.py (`_rebuild_tensor_v2`,
`_rebuild_parameter`) and torch/serialization.py (`persistent_id`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto

from .dtypes import BITS, STORED
from .layout import Contents, Layout, check_view, count, shape_of, sizes
from .pickle_machine import UNSAFE
from .wall import Malformed, shown

#: Find a storage by its key: (byte offset in the file, bytes).
StorageFinder = Callable[[str], tuple[int, int]]


class Constructor(Enum):
    """The callables a state dict needs; nothing is ever called by them."""

    ORDERED_DICT = auto()
    TENSOR = auto()
    PARAMETER = auto()


@dataclass(frozen=True, slots=True, eq=False)
class StorageType:
    """The element type of a storage."""

    dtype: str


@dataclass(frozen=True, slots=True, eq=False)
class Storage:
    """`elements` values of one type at a byte offset of the file."""

    dtype: str
    offset: int
    elements: int


@dataclass(frozen=True, slots=True, eq=False)
class Tensor:
    """A tensor as pickled: a storage, an offset into it, sizes and strides, in elements."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]


_GLOBALS: dict[tuple[str, str], Constructor | StorageType] = {
    ("collections", "OrderedDict"): Constructor.ORDERED_DICT,
    ("torch._utils", "_rebuild_tensor_v2"): Constructor.TENSOR,
    ("torch._utils", "_rebuild_parameter"): Constructor.PARAMETER,
    ("torch", "FloatStorage"): StorageType("F32"),
    ("torch", "HalfStorage"): StorageType("F16"),
    ("torch", "BFloat16Storage"): StorageType("BF16"),
    ("torch", "DoubleStorage"): StorageType("F64"),
    ("torch", "LongStorage"): StorageType("I64"),
    ("torch", "IntStorage"): StorageType("I32"),
    ("torch", "ShortStorage"): StorageType("I16"),
    ("torch", "CharStorage"): StorageType("I8"),
    ("torch", "ByteStorage"): StorageType("U8"),
    ("torch", "BoolStorage"): StorageType("BOOL"),
}


class TorchWorld:
    """Answer a pickle's references with inert objects; storages come from `find_storage`."""

    def __init__(self, find_storage: StorageFinder) -> None:
        self._find_storage = find_storage

    def find_global(self, module: str, name: str) -> object:
        """Return the inert object of one of the allowed names, compared as a whole."""
        found = _GLOBALS.get((module, name))
        if found is None:
            wanted = shown(f"{module}.{name}")[1:-1]
            raise Malformed(f"asks to run {wanted}, which weights never need: refused", UNSAFE)
        return found

    def reduce(self, function: object, arguments: tuple[object, ...]) -> object:
        """Return the dict or `Tensor` that a constructor's call stands for."""
        if function is Constructor.ORDERED_DICT and not arguments:
            return {}
        if function is Constructor.TENSOR and len(arguments) in (6, 7):
            return _tensor(arguments)
        if function is Constructor.PARAMETER and len(arguments) == 3:
            tensor = arguments[0]
            if isinstance(tensor, Tensor):
                return tensor
        raise Malformed("calls something in a way that no state dict does: refused", UNSAFE)

    def persistent(self, reference: object) -> object:
        """Return the `Storage` of ("storage", type, key, location, elements)."""
        if not isinstance(reference, tuple) or len(reference) != 5:
            raise Malformed("has a persistent id that is not a storage: refused", UNSAFE)
        kind, storage_type, key, location, elements = reference
        if not isinstance(kind, str) or kind != "storage" or not isinstance(location, str):
            raise Malformed("has a persistent id that is not a storage: refused", UNSAFE)
        if not isinstance(storage_type, StorageType) or not _is_key(key):
            raise Malformed("has a storage with a broken type or key: refused", UNSAFE)
        offset, held = self._find_storage(str(key))
        elements = count(elements, "a storage")
        needed = elements * BITS[storage_type.dtype] // 8
        if held != needed:
            raise Malformed(f"is damaged: storage {key} has {held} bytes, {needed} are expected")
        return Storage(storage_type.dtype, offset, elements)


def _is_key(key: object) -> bool:
    # torch counts storages; a long key could be looked up a million times, so it stays short.
    return isinstance(key, str) and len(key) <= 20 and key.isascii() and key.isalnum()


def _tensor(arguments: tuple[object, ...]) -> Tensor:
    storage, offset, shape, strides, gradient, hooks, *metadata = arguments
    if not isinstance(storage, Storage) or not isinstance(gradient, bool):
        raise Malformed("is damaged: a tensor without a storage")
    if not isinstance(hooks, dict) or hooks:
        raise Malformed("has a tensor with hooks: refused", UNSAFE)
    if any(metadata):  # holds "conj" and "neg" bits, which change values
        raise Malformed("has a tensor with metadata", "save it again after .resolve_neg().clone()")
    return Tensor(
        storage,
        count(offset, "a tensor's offset"),
        shape_of(shape, "a tensor"),
        sizes(strides, "a tensor's strides"),
    )


def state_dict_contents(value: object) -> Contents:
    """Check that an unpickled value is a state dict, flat or under "state_dict".

    Numbers, text and None beside the tensors are ignored; anything else raises `Malformed`, and
    so does a float tensor that leaves its storage.
    """
    if not isinstance(value, dict):
        raise Malformed(f"holds a {type(value).__name__}, not a state dict", "save a state dict")
    nested = value.get("state_dict")
    items = list(value.items())
    if isinstance(nested, dict):
        items = [item for item in items if item[0] != "state_dict"] + list(nested.items())
    contents = Contents()
    for name, item in items:
        _add(contents, name, item)
    return contents


def _add(contents: Contents, name: str, item: object) -> None:
    if isinstance(item, (str, int, float, type(None))):
        return
    if not isinstance(item, Tensor):
        kind = type(item).__name__
        raise Malformed(f"holds a {kind} as {shown(name)}, not a tensor", "save a state dict")
    if name in contents.tensors or name in contents.other:
        raise Malformed(f"is damaged: {shown(name)} is there twice")
    storage = item.storage
    if storage.dtype not in STORED:
        contents.other[name] = storage.dtype
        return
    check_view(item.shape, item.strides, item.offset, storage.elements)
    offset = storage.offset + item.offset * STORED[storage.dtype].itemsize
    contents.tensors[name] = Layout(storage.dtype, item.shape, item.strides, offset)
