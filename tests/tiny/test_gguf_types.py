"""The table of tensor types, against the library that has the real one."""

from __future__ import annotations

import ctypes
import importlib.util
from pathlib import Path

from codegen_cli.engine.gguf.ggml_types import GGML_TYPES, REMOVED


def ggml_base() -> ctypes.CDLL:
    # The whole package is not imported: it would take llama.cpp's log from the engine.
    spec = importlib.util.find_spec("llama_cpp")
    assert spec and spec.origin
    folder = Path(spec.origin).parent / "lib"
    library = ctypes.CDLL(str(next(folder.glob("libggml-base.*"))))
    library.ggml_type_name.restype = ctypes.c_char_p
    library.ggml_blck_size.restype = ctypes.c_int64
    library.ggml_type_size.restype = ctypes.c_size_t
    return library


def test_the_table_equals_ggml() -> None:
    library = ggml_base()
    for number, kind in GGML_TYPES.items():
        name = library.ggml_type_name(number).decode().upper()
        sizes = library.ggml_blck_size(number), library.ggml_type_size(number)
        assert (name, *sizes) == (kind.name, kind.block, kind.nbytes)


def test_every_other_number_is_known_to_be_removed() -> None:
    library = ggml_base()
    newest = max(GGML_TYPES)
    assert set(GGML_TYPES) | set(REMOVED) == set(range(newest + 1))
    assert all(library.ggml_type_size(number) == 0 for number in REMOVED)
