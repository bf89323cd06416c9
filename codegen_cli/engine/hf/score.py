"""Log-probabilities of texts, each evaluated alone, so that nothing depends on a batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from codegen_cli.engine.hf.forward import Forward
from codegen_cli.engine.records import Score
from codegen_cli.errors import Interrupted

#: Tokens evaluated at a time: their logits are in memory together.
_TOKENS = 256


def score_text(
    forward: Forward, prefix: Sequence[int], tokens: Sequence[int], should_stop: Callable[[], bool]
) -> Score:
    """Return the log-probabilities of tokens after a prefix of at least one.

    Raises:
        Interrupted: `should_stop` said so.
    """
    line = [*prefix, *tokens]
    logprobs: list[float] = []
    cache: Any = None
    # The last token never needs to be evaluated.
    for start in range(0, len(line) - 1, _TOKENS):
        if should_stop():
            raise Interrupted()
        end = min(len(line) - 1, start + _TOKENS)
        ids, mask = forward.tensor([line[start:end]]), forward.mask([end], end)
        logits, cache = forward(ids, mask, cache, keep=end - start)
        first = max(start, len(prefix) - 1)
        if first < end:
            logprobs += forward.logprobs(logits[0, first - start :], line[first + 1 : end + 1])
    return Score(tuple(tokens), tuple(logprobs))
