"""One llama.cpp context: a KV cache over one sequence of tokens, and the newest logits."""

from __future__ import annotations

import ctypes
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from codegen_cli.engine.library import llama, log
from codegen_cli.errors import CodegenError, Interrupted, ModelError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_ABORTED = 2
_NO_SLOT = 1

#: Prompt tokens a decode; also llama.cpp's physical batch.
BATCH_TOKENS = 512


class Context:
    """Evaluate tokens of one sequence and remember which are in the KV cache.

    `tokens` always equals what the cache holds, also after an interrupt or an error.
    """

    def __init__(
        self, model: Any, n_ctx: int, threads: int, n_vocab: int, *, all_logits: bool = False
    ) -> None:
        self._c = llama()
        self._all_logits = all_logits
        self._n_vocab = n_vocab
        params = self._c.llama_context_default_params()
        params.n_ctx = n_ctx
        params.n_batch = params.n_ubatch = min(BATCH_TOKENS, n_ctx)
        params.n_threads = params.n_threads_batch = threads
        params.no_perf = True
        self.pointer: Any = self._c.llama_init_from_model(model, params)
        if not self.pointer:
            raise ModelError(
                f"no memory for a context of {n_ctx} tokens: {log.last_error() or 'unknown cause'}",
                "use a smaller --ctx",
            )
        self._memory = self._c.llama_get_memory(self.pointer)
        self.n_ctx = n_ctx
        self.tokens: list[int] = []

    def prefill(self, tokens: Sequence[int], should_stop: Callable[[], bool]) -> int:
        """Make the cache hold exactly `tokens`, with logits for the last; return how many it had.

        Reuses the longest common prefix. `should_stop` is asked before each operation of the
        graph, so a long prompt stops at once; then Interrupted is raised.
        """
        reused = self.keep_common_prefix(tokens)
        batch = int(self._c.llama_n_batch(self.pointer))
        with _Abort(self._c, self.pointer, should_stop):
            for start in range(reused, len(tokens), batch):
                if should_stop():
                    raise Interrupted()
                self.decode(tokens[start : start + batch])
        return reused

    def keep_common_prefix(self, tokens: Sequence[int]) -> int:
        """Drop from the cache all after its longest common prefix with `tokens`; return its length.

        The last of `tokens` is never kept: its logits have to be computed again.
        """
        limit = min(len(self.tokens), len(tokens) - 1)
        same = next((i for i in range(limit) if self.tokens[i] != tokens[i]), limit)
        self._c.llama_memory_seq_rm(self._memory, 0, same, -1)
        del self.tokens[same:]
        return same

    def decode(self, tokens: Sequence[int]) -> None:
        """Append tokens to the cache (at most one batch).

        Raises:
            Interrupted: the abort callback stopped it.
            CodegenError: llama.cpp failed.
        """
        batch = self._batch(tokens)
        try:
            status = self._c.llama_decode(self.pointer, batch)
        finally:
            if self._all_logits:
                self._c.llama_batch_free(batch)
            self._note(tokens)
        if status == _ABORTED:
            raise Interrupted()
        if status == _NO_SLOT:
            raise CodegenError(
                f"the KV cache has no room for {len(tokens)} more tokens", "use a larger --ctx"
            )
        if status != 0:
            raise CodegenError(
                f"llama_decode failed with status {status}: {log.last_error()}", "run again with -v"
            )

    def _batch(self, tokens: Sequence[int]) -> Any:
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        if not self._all_logits:
            # The batch points into the array: it has to live until llama_decode returns.
            self._alive = array
            return self._c.llama_batch_get_one(array, len(tokens))
        batch = self._c.llama_batch_init(len(tokens), 0, 1)
        batch.n_tokens = len(tokens)
        for i, token in enumerate(tokens):
            batch.token[i], batch.pos[i] = token, len(self.tokens) + i
            batch.n_seq_id[i], batch.seq_id[i][0], batch.logits[i] = 1, 0, True
        return batch

    def _note(self, tokens: Sequence[int]) -> None:
        """Follow what the cache really holds: an aborted decode keeps its finished part."""
        held = int(self._c.llama_memory_seq_pos_max(self._memory, 0)) + 1
        self.tokens = (
            [*self.tokens, *tokens][:held]
            if held < len(self.tokens) + len(tokens)
            else (self.tokens + list(tokens))
        )

    def logits_V(self, output: int = -1) -> NDArray[np.float32]:
        """Return a view of the logits of one output of the last decode (float32, length V)."""
        import numpy as np

        pointer = self._c.llama_get_logits_ith(self.pointer, output)
        return np.ctypeslib.as_array(pointer, shape=(self._n_vocab,))

    def close(self) -> None:
        """Free the context; safe to call twice."""
        if self.pointer:
            self._c.llama_free(self.pointer)
            self.pointer = None


class _Abort:
    """Let llama.cpp ask `should_stop` while it evaluates a prompt.

    Only for prompts: the callback runs Python code for every operation of the graph, which is
    nothing beside a batch of 512 tokens but several per cent of a single-token decode. It also
    lets Python handle a signal that arrives while the main thread is inside llama_decode.
    """

    def __init__(self, c: Any, context: Any, should_stop: Callable[[], bool]) -> None:
        self._c, self._context = c, context
        self._callback = c.ggml_abort_callback(lambda _data: should_stop())
        self._none = c.ggml_abort_callback(0)

    def __enter__(self) -> None:
        self._c.llama_set_abort_callback(self._context, self._callback, None)

    def __exit__(self, *_: object) -> None:
        self._c.llama_set_abort_callback(self._context, self._none, None)
