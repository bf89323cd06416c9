"""Where llama.cpp's flash attention pays; docs/performance.md has the figures."""

from __future__ import annotations

from codegen_cli.engine.threads import TINY
from codegen_cli.settings import EngineSettings


def flash_attention(
    settings: EngineSettings, *, gpu_layers: int, model_bytes: int, own_kernels: bool
) -> bool | None:
    """Say whether a context has flash attention: True insists, None lets llama.cpp choose.

    Our own kernels have one that is fast everywhere. They are a backend of their own, which
    llama.cpp would give flash attention up for, so it is insisted on.

    On a CPU llama.cpp's takes the tokens of a decode one by one, unless there are 64 or more, each
    at the cost of all before it: after 1,500 tokens a step takes five times as long as without. It
    stays where

    - layers are on a GPU, whose kernels are others;
    - `strict` was asked for: only so a token's row is computed alike whatever else is in a batch;
    - many texts fill a cache larger than one context: both are as fast there, because without it
      a token costs the whole cache and with it only its own text;
    - the model is tiny: it is fast either way, and equal rows are worth more.
    """
    pays = gpu_layers > 0 or settings.strict or settings.kv_tokens is not None or model_bytes < TINY
    if own_kernels:
        return settings.flash is not False
    return None if (pays if settings.flash is None else settings.flash) else False
