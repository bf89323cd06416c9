"""One llama.cpp context: decode batches of tokens of several sequences, read logits."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

from codegen_cli.engine.bindings import llama, log
from codegen_cli.errors import CodegenError, Interrupted, ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ABORTED = 2
_NO_SLOT = 1
_GGML_TYPE_F32 = 0

#: The largest number of tokens in one decode.
BATCH_TOKENS = 512

#: From this many tokens on, a decode is watched for Ctrl-C while it runs.
_WATCHED_TOKENS = 32


class Entry(NamedTuple):
    """A token to evaluate: its position in its sequence, and whether its logits are wanted."""

    token: int
    position: int
    sequence: int
    logits: bool


def _nobody(_tokens: int) -> None:
    return


class Context:
    """A KV cache of `cells` tokens, shared by up to `sequences` sequences, and their logits."""

    def __init__(
        self,
        model: Any,
        cells: int,
        threads: int,
        n_vocab: int,
        *,
        sequences: int = 1,
        exact: bool = False,
        flash: bool | None = None,
        on_node: Any = None,
    ) -> None:
        """Allocate the cache.

        `exact` keeps keys and values as float32 and does without flash attention, which adds up in
        16 bits: twice the memory and slower, but nearer to the model as it was trained. `flash`
        insists on flash attention or does without; None lets llama.cpp choose, which gives it up
        where another backend than a layer's own would compute it. `on_node` is a callback of
        llama.cpp's (`cb_eval`) that may look at each node of the graph.

        Raises:
            ModelError: there is no memory for it.
        """
        self._c = llama()
        self._n_vocab = n_vocab
        self.cells = cells
        # llama.cpp wants room in a batch, and in the cache, for one token of each sequence.
        self.sequences = min(sequences, cells)
        self.batch_tokens = min(BATCH_TOKENS, cells)
        params = self._c.llama_context_default_params()
        params.n_ctx = cells
        params.n_batch = params.n_ubatch = self.batch_tokens
        params.n_seq_max = self.sequences
        # One pool of cells: a branch shares the cells of its prefix instead of copying them.
        params.kv_unified = True
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        if exact:
            params.type_k = params.type_v = _GGML_TYPE_F32
            flash = False
        if flash is not None:
            kind = "ENABLED" if flash else "DISABLED"
            params.flash_attn_type = getattr(self._c, f"LLAMA_FLASH_ATTN_TYPE_{kind}")
        if on_node is not None:
            params.cb_eval = on_node
        self.pointer: Any = self._c.llama_init_from_model(model, params)
        if not self.pointer:
            raise ModelError(
                f"no memory for a context of {cells} tokens: {log.last_error() or 'unknown cause'}",
                "use a smaller --ctx",
            )
        self._memory = self._c.llama_get_memory(self.pointer)
        self._batch = self._c.llama_batch_init(self.batch_tokens, 0, 1)
        #: Hears how far the text of the last sequence of a large batch is evaluated.
        self.told: Callable[[int], None] = _nobody

    def decode(self, entries: Sequence[Entry], should_stop: Callable[[], bool]) -> None:
        """Evaluate at most `batch_tokens` tokens.

        Large batches ask `should_stop` before each operation of the graph.

        Raises:
            Interrupted: `should_stop` said so; nothing of the batch is in the cache.
            CodegenError: llama.cpp failed.
        """
        batch = self._batch
        batch.n_tokens = len(entries)
        for i, entry in enumerate(entries):
            batch.token[i], batch.pos[i] = entry.token, entry.position
            batch.n_seq_id[i], batch.seq_id[i][0] = 1, entry.sequence
            batch.logits[i] = entry.logits
        if len(entries) < _WATCHED_TOKENS:
            status = self._c.llama_decode(self.pointer, batch)
        else:
            with _Abort(self._c, self.pointer, should_stop):
                status = self._c.llama_decode(self.pointer, batch)
        if status != 0:
            self._forget(entries)
        if status == _ABORTED:
            raise Interrupted()
        if status == _NO_SLOT:
            raise CodegenError(
                f"the KV cache of {self.cells} tokens has no room for {len(entries)} more",
                "use a larger --ctx",
            )
        if status != 0:
            raise CodegenError(
                f"llama_decode failed with status {status}: {log.last_error()}", "run again with -v"
            )
        if len(entries) >= _WATCHED_TOKENS:
            self.told(entries[-1].position + 1)

    def _forget(self, entries: Sequence[Entry]) -> None:
        """Take back what an aborted or failed decode may have stored."""
        first: dict[int, int] = {}
        for entry in entries:
            first.setdefault(entry.sequence, entry.position)
        for sequence, position in first.items():
            self.remove(sequence, position)

    def remove(self, sequence: int, start: int = 0) -> None:
        """Drop a sequence's tokens from a position on."""
        self._c.llama_memory_seq_rm(self._memory, sequence, start, -1)

    def share(self, source: int, target: int, length: int) -> None:
        """Let a second sequence have the first tokens of another; no data is copied."""
        self._c.llama_memory_seq_cp(self._memory, source, target, 0, length)

    def state(self, sequence: int) -> memoryview:
        """Return the keys and values of a sequence, as bytes in llama.cpp's own form."""
        size = self._c.llama_state_seq_get_size(self.pointer, sequence)
        data = (ctypes.c_uint8 * size)()
        written = self._c.llama_state_seq_get_data(self.pointer, data, size, sequence)
        return memoryview(data).cast("B")[:written]

    def set_state(self, sequence: int, data: bytearray | memoryview, tokens: int) -> bool:
        """Fill an empty sequence with what `state` gave; False, and empty, where it does not fit.

        The bytes must be those of the same model and build: llama.cpp checks little of them.
        """
        array = (ctypes.c_uint8 * len(data)).from_buffer(data)
        read = self._c.llama_state_seq_set_data(self.pointer, array, len(data), sequence)
        ends = [
            self._c.llama_memory_seq_pos_min(self._memory, sequence),
            self._c.llama_memory_seq_pos_max(self._memory, sequence),
        ]
        fits = read == len(data) and ends == [0, tokens - 1]
        if not fits:
            self.remove(sequence)
        return fits

    def logits_V(self, entry: int) -> NDArray[np.float32]:
        """Return a view of the logits of one entry of the last decode (float32, length V)."""
        import numpy as np

        pointer = self._c.llama_get_logits_ith(self.pointer, entry)
        return np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))

    def close(self) -> None:
        """Free the cache; safe to call twice."""
        if self.pointer:
            self._c.llama_batch_free(self._batch)
            self._c.llama_free(self.pointer)
            self.pointer = None


class _Abort:
    """Let llama.cpp ask `should_stop` while it evaluates a batch.

    Only for large ones: the callback runs Python code for every operation of the graph, nothing
    beside hundreds of tokens but several per cent of a single-token decode. It also lets Python
    handle a signal that arrives while the main thread is inside llama_decode.
    """

    def __init__(self, c: Any, context: Any, should_stop: Callable[[], bool]) -> None:
        self._c, self._context = c, context
        self._callback = c.ggml_abort_callback(lambda _data: should_stop())
        self._none = c.ggml_abort_callback(0)

    def __enter__(self) -> None:
        self._c.llama_set_abort_callback(self._context, self._callback, None)

    def __exit__(self, *_: object) -> None:
        self._c.llama_set_abort_callback(self._context, self._none, None)
