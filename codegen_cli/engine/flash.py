"""Where llama.cpp's flash attention pays; docs/performance.md has the figures."""

from __future__ import annotations

from codegen_cli.engine.threads import TINY
from codegen_cli.settings import EngineSettings


def flash_pays(settings: EngineSettings, *, gpu_layers: int, model_bytes: int) -> bool:
    """Say whether a context should have flash attention.

    On a CPU it takes the tokens of a decode one by one, unless there are 64 or more, each at the
    cost of all before it: after 1,500 tokens a step takes five times as long as without. It stays
    where

    - layers are on a GPU, whose kernels are others;
    - `strict` was asked for: only so a token's row is computed alike whatever else is in a batch;
    - many texts fill a cache larger than one context: both are as fast there, because without it
      a token costs the whole cache and with it only its own text;
    - the model is tiny: it is fast either way, and equal rows are worth more.
    """
    if settings.flash is not None:
        return settings.flash
    return gpu_layers > 0 or settings.strict or settings.kv_tokens is not None or model_bytes < TINY
