"""Watch what flows into the weight matrices while a model reads text."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from codegen_cli.engine.bindings import llama
from codegen_cli.engine.context import BATCH_TOKENS, Context, Entry
from codegen_cli.engine.gguf.architecture import Architecture, architecture_of
from codegen_cli.errors import CodegenError

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray

    from codegen_cli.engine.model import Model


def fed_by(node: str, architecture: Architecture) -> tuple[str, ...]:
    """Return the names of the matrices that multiply a node of a graph.

    >>> fed_by("attn_norm-3", PHI2)
    ('blk.3.attn_qkv.weight', 'blk.3.ffn_up.weight')
    """
    if node == "result_norm":
        return ("output.weight",)
    name, _, layer = node.rpartition("-")
    return tuple(f"blk.{layer}.{matrix}.weight" for matrix in architecture.inputs.get(name, ()))


class ActivationSums:
    """Read chunks of tokens and add up the squares of what each matrix is multiplied with.

    `sums` holds, for each matrix by name, float64 of length N (its columns); `tokens` says over
    how many tokens they were summed.
    """

    def __init__(self, model: Model, cells: int, threads: int) -> None:
        """Make a context for chunks of up to `cells` tokens.

        Raises:
            ModelError: there is no memory for it.
        """
        self.sums: dict[str, NDArray[np.float64]] = {}
        self.tokens = 0
        self._batch = 0
        self._graph = architecture_of(model.file)
        self._failure: BaseException | None = None
        self._lib = _bound(llama()._lib)
        # llama.cpp keeps a bare pointer to it.
        self._callback = llama().ggml_backend_sched_eval_callback(self._on_node)
        self._context = Context(
            model.pointer, cells, threads, model.vocabulary.size, on_node=self._callback
        )

    def read(self, tokens: Sequence[int], should_stop: Callable[[], bool]) -> None:
        """Evaluate one chunk from an empty context.

        Raises:
            Interrupted: `should_stop` said so; the sums hold part of the chunk then.
        """
        self._context.remove(0)
        for start in range(0, len(tokens), BATCH_TOKENS):
            part = tokens[start : start + BATCH_TOKENS]
            self._batch = len(part)
            # All logits: the last block leaves out tokens whose logits nobody wants.
            entries = [Entry(token, start + i, 0, True) for i, token in enumerate(part)]
            self._context.decode(entries, should_stop)
            if self._failure is not None:
                raise self._failure
            self.tokens += len(part)

    def close(self) -> None:
        """Free the context; safe to call twice."""
        self._context.close()

    def _on_node(self, node: int, ask: bool, _user_data: Any) -> bool:
        """Answer llama.cpp, which asks before it computes a node and shows the result after.

        Nothing may be raised through the C code between here and `read`.
        """
        try:
            matrices = fed_by(self._lib.ggml_get_name(node).decode("utf-8", "replace"), self._graph)
            if matrices and not ask:
                self._add(node, matrices)
        except BaseException as error:
            self._failure = error
            return False
        return bool(matrices) if ask else True

    def _add(self, node: int, matrices: tuple[str, ...]) -> None:
        import numpy as np

        elements = int(self._lib.ggml_nelements(node))
        if self._lib.ggml_nbytes(node) != 4 * elements or elements % self._batch:
            raise CodegenError(f"{matrices[0]} is fed by something else than float32 rows")
        rows_TxN = np.empty((self._batch, elements // self._batch), np.float32)
        self._lib.ggml_backend_tensor_get(node, rows_TxN.ctypes.data, 0, rows_TxN.nbytes)
        squares_N = np.square(rows_TxN, dtype=np.float64).sum(0)
        for matrix in matrices:
            self.sums[matrix] = self.sums.get(matrix, 0) + squares_N


def _bound(lib: Any) -> Any:
    """Declare the functions of ggml that llama-cpp-python does not bind."""
    lib.ggml_get_name.restype = ctypes.c_char_p
    lib.ggml_get_name.argtypes = [ctypes.c_void_p]
    for function in (lib.ggml_nelements, lib.ggml_nbytes):
        function.restype = ctypes.c_int64
        function.argtypes = [ctypes.c_void_p]
    lib.ggml_backend_tensor_get.restype = None
    lib.ggml_backend_tensor_get.argtypes = [
        ctypes.c_void_p,
        ctypes.c_void_p,
        ctypes.c_size_t,
        ctypes.c_size_t,
    ]
    return lib
