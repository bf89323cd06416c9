"""Load the backend into llama.cpp, or say in one line why not."""

from __future__ import annotations

import ctypes
import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any


class NotLoaded(Exception):
    """The kernels do not fit here; llama.cpp's own run instead. The message says why."""


@dataclass(frozen=True)
class Kernels:
    """The loaded library, and the name of the kernels that it chose for this processor."""

    name: str
    library: Any

    def enable(self, enabled: bool, attention: bool = False) -> None:
        """Let models that are loaded from now on use the kernels, or not.

        With `attention` also for flash attention. A context of such a model must ask llama.cpp for
        it (`LLAMA_FLASH_ATTN_TYPE_ENABLED`): left to choose, llama.cpp gives it up where another
        backend than a layer's own would compute it.

        The switch is the process's: set it before each load. Models that are already loaded keep
        what they have.
        """
        self.library.codegen_kernels_enable(int(enabled), int(attention))


def library_path() -> Path:
    """Return where the library is, if it is."""
    return Path(__file__).with_name("codegen_kernels.so")


def load(llama: Any, version: str, path: Path | None = None) -> Kernels:
    """Load the backend, switched off, into a process whose llama.cpp is loaded.

    `llama` is llama-cpp-python's library as ctypes has it (`llama_cpp.llama_cpp._lib`), `version`
    is `llama_cpp.__version__`. A loaded backend stays until the process ends.

    Raises:
        NotLoaded: it is missing, damaged, of another version, or computes wrong on this processor.
    """
    path = path or library_path()
    _check_file(path)
    try:
        library = ctypes.CDLL(str(path))
        library.codegen_kernels_built_for.restype = ctypes.c_char_p
        library.codegen_kernels_refusal.restype = ctypes.c_char_p
        built_for = library.codegen_kernels_built_for().decode()
    except (OSError, AttributeError) as error:
        raise NotLoaded(f"{path.name} cannot be loaded: {error}") from None
    if built_for != version:
        raise NotLoaded(
            f"built for llama-cpp-python {built_for}, here is {version}: "
            "install codegen-kernels again"
        )
    refusal = library.codegen_kernels_refusal()
    if refusal is not None:
        raise NotLoaded(refusal.decode("utf-8", "replace"))
    llama.ggml_backend_load.argtypes = [ctypes.c_char_p]
    llama.ggml_backend_load.restype = ctypes.c_void_p
    if not llama.ggml_backend_load(str(path).encode()):
        raise NotLoaded(f"llama.cpp refused {path.name}")
    library.codegen_kernels_name.restype = ctypes.c_char_p
    return Kernels(library.codegen_kernels_name(0).decode(), library)


def _check_file(path: Path) -> None:
    """Refuse a library that is not the one that was built: loading half of one can crash."""
    try:
        data = path.read_bytes()
        wanted = path.with_name(path.name + ".sha256").read_text().strip()
    except OSError as error:
        raise NotLoaded(f"{path.name} cannot be read: {error.strerror}") from None
    if hashlib.sha256(data).hexdigest() != wanted:
        raise NotLoaded(f"{path.name} is damaged: install codegen-kernels again")
