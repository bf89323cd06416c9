"""Read the header of a GGUF file and check its structure: llama.cpp `ggml/src/gguf.cpp`."""

from __future__ import annotations

import stat
from pathlib import Path
from types import MappingProxyType
from typing import BinaryIO

from codegen_cli.engine.gguf import tensors, values
from codegen_cli.engine.gguf.cursor import Cursor
from codegen_cli.engine.gguf.file import GGUFFile, TensorInfo
from codegen_cli.engine.gguf.magic import MAGIC, explain_magic
from codegen_cli.engine.gguf.refusal import CONVERT, refuse
from codegen_cli.errors import ModelError, ModelNotFound

_FIXED_BYTES = 24
_HEAD_BYTES = 300


def read_gguf(path: Path) -> GGUFFile:
    """Read the header of a GGUF file.

    Raises:
        InvalidGGUF: its structure is broken, or it is something else.
        ModelNotFound: there is no such file.
        ModelError: the operating system cannot read it.
    """
    try:
        status = path.stat()
        # Opening a pipe would wait for its writer for ever.
        if not stat.S_ISREG(status.st_mode):
            raise refuse(path, "is no file", "give the path of a .gguf file")
        with path.open("rb") as file:
            return _read(path, file, status.st_size)
    except FileNotFoundError:
        raise ModelNotFound(
            f'there is no file "{path}"', "`codegen models list` shows the models"
        ) from None
    except OSError as exc:
        raise ModelError(f'cannot read "{path}": {exc.strerror}', "check its permissions") from exc


def _read(path: Path, file: BinaryIO, size: int) -> GGUFFile:
    head = file.read(_HEAD_BYTES)
    if not head.startswith(MAGIC):
        raise refuse(path, *explain_magic(head))
    file.seek(0)
    cursor = Cursor(path, file, size)
    cursor.take(len(MAGIC), "the magic")
    version = _read_version(cursor)
    n_tensors, n_keys = _read_counts(cursor, size)
    metadata, kinds = values.read_metadata(cursor, n_keys)
    alignment = tensors.read_alignment(cursor, metadata, kinds)
    infos, data_offset = tensors.read_tensors(cursor, n_tensors, alignment)
    _check_complete(path, infos, data_offset, size)
    return GGUFFile(
        path=path,
        version=version,
        metadata=MappingProxyType(metadata),
        kinds=MappingProxyType(kinds),
        tensors=tuple(infos),
        data_offset=data_offset,
        size=size,
    )


def _read_version(cursor: Cursor) -> int:
    version = cursor.u32("the version")
    if version and not version & 0xFFFF:
        raise refuse(cursor.path, "is a big-endian GGUF file, llama.cpp reads only little-endian")
    if version == 1:
        raise refuse(cursor.path, "is GGUF version 1, which llama.cpp no longer reads", CONVERT)
    if version not in (2, 3):
        raise refuse(cursor.path, f"is GGUF version {version}, supported are 2 and 3", CONVERT)
    return version


def _read_counts(cursor: Cursor, size: int) -> tuple[int, int]:
    n_tensors = cursor.u64("the number of tensors")
    n_keys = cursor.u64("the number of keys")
    if n_tensors > tensors.MOST_TENSORS or n_keys > values.MOST_KEYS:
        raise refuse(
            cursor.path,
            f"claims {n_tensors} tensors and {n_keys} keys, "
            f"more than {tensors.MOST_TENSORS} and {values.MOST_KEYS}",
        )
    least = _FIXED_BYTES + n_tensors * tensors.LEAST_BYTES + n_keys * values.LEAST_BYTES
    if least > size:
        raise refuse(
            cursor.path,
            f"claims {n_tensors} tensors and {n_keys} keys, "
            f"which take at least {least} bytes; the file has {size}",
        )
    return n_tensors, n_keys


def _check_complete(path: Path, infos: list[TensorInfo], data_offset: int, size: int) -> None:
    end = max([data_offset, *(tensor.offset + tensor.nbytes for tensor in infos)])
    if end > size:
        raise refuse(path, f"is truncated: its tensors need {end} bytes, the file has {size}")
