"""The one door to llama.cpp's C interface: import it, quiet its log, start its backends.

llama-cpp-python's own log callback prints to stderr even with `verbose=False`; ours keeps the
newest lines for error messages and the placement report, and prints them only when asked to.
"""

from __future__ import annotations

import ctypes
import functools
import importlib.util
import sys
import types
from collections import deque
from typing import Any

#: `ggml/include/ggml.h`, enum ggml_log_level; 3 is a warning.
_ERROR_LEVEL = 4
_CONTINUE_LEVEL = 5

#: The last error alone often says only that loading failed; the cause is in a line before it.
_ERRORS_TOLD = 3


class LlamaLog:
    """Keep the newest lines of llama.cpp's log; echo them to stderr when `echo` is set."""

    def __init__(self, keep: int = 400) -> None:
        self.echo = False
        self.lines: deque[tuple[int, str]] = deque(maxlen=keep)

    def clear(self) -> None:
        """Forget all lines, so that the next load is reported alone."""
        self.lines.clear()

    def receive(self, level: int, text: str) -> None:
        """Take one message of llama.cpp; level 5 continues the line before."""
        if self.echo:
            sys.stderr.write(text)
        if level == _CONTINUE_LEVEL and self.lines:
            last_level, last = self.lines[-1]
            self.lines[-1] = (last_level, last + text)
        else:
            self.lines.append((level, text))

    def text(self) -> str:
        """Return everything kept, as one string."""
        return "".join(line for _, line in self.lines)

    def last_error(self) -> str:
        """Return the newest lines of errors in one, or an empty string."""
        errors = [line.strip() for level, line in self.lines if level == _ERROR_LEVEL]
        return "; ".join(errors[-_ERRORS_TOLD:])


log = LlamaLog()


def _import() -> Any:
    """Import the low-level module without the rest of its package.

    The package's own `__init__` imports templates, caches and a database for the class that is not
    used here: 0.1 s at every start. Whoever imports the package later gets all of it, with the
    same low-level module.
    """
    name = "llama_cpp"
    spec = None if name in sys.modules else importlib.util.find_spec(name)
    if spec is None or spec.submodule_search_locations is None:
        return importlib.import_module(f"{name}.{name}")
    package = types.ModuleType(name)
    package.__path__ = list(spec.submodule_search_locations)
    sys.modules[name] = package
    try:
        return importlib.import_module(f"{name}.{name}")
    finally:
        del sys.modules[name]


def llama_version() -> str:
    """Return the version of llama-cpp-python."""
    from importlib.metadata import version

    return version("llama_cpp_python")


def take_log() -> None:
    """Begin an empty log of llama.cpp's, which whoever imports the whole package takes from us."""
    bindings = llama()
    bindings.llama_log_set(bindings.codegen_log_callback, ctypes.c_void_p(0))
    log.clear()


@functools.cache
def llama() -> Any:
    """Return llama-cpp-python's low-level module, initialized once (import costs about 0.15 s)."""
    bindings = _import()

    @bindings.llama_log_callback  # type: ignore[untyped-decorator]
    def on_log(level: int, text: bytes, _user_data: ctypes.c_void_p) -> None:
        log.receive(level, text.decode("utf-8", "replace"))

    bindings.llama_log_set(on_log, ctypes.c_void_p(0))
    # The C side keeps a bare pointer: losing the last reference here would crash the next log line.
    bindings.codegen_log_callback = on_log
    bindings.llama_backend_init()
    return bindings
