"""Choose the next token through llama.cpp's own samplers."""

from __future__ import annotations

import ctypes
import math
from collections.abc import Sequence
from typing import Any

from codegen_cli.engine.bindings import llama
from codegen_cli.settings import Sampling

#: How many newest tokens the repetition penalty looks at (llama.cpp's usual window).
PENALTY_WINDOW = 64


class Sampler:
    """One chain of samplers, in the order of Hugging Face's `generate`, which the paper used.

    Penalty, temperature, top-k, top-p, min-p, then a draw; at temperature 0 the best token.
    The order matters: nucleus sampling here sees the probabilities after temperature. Before all
    of them, the first token of an answer is kept from being one of `banned`.
    """

    def __init__(self, n_vocab: int, sampling: Sampling, banned: Sequence[int] = ()) -> None:
        self._c = llama()
        self._chain: Any = self._c.llama_sampler_chain_init(
            self._c.llama_sampler_chain_default_params()
        )
        self._bans = bool(banned)
        links = [self._ban(n_vocab, banned)] if banned else []
        for link in links + self._links(n_vocab, sampling):
            self._c.llama_sampler_chain_add(self._chain, link)

    def _ban(self, n_vocab: int, banned: Sequence[int]) -> Any:
        biases = (self._c.llama_logit_bias * len(banned))()
        for bias, token in zip(biases, banned, strict=True):
            bias.token, bias.bias = token, -math.inf
        # llama.cpp copies the array.
        first = ctypes.cast(biases, ctypes.POINTER(self._c.llama_logit_bias))
        return self._c.llama_sampler_init_logit_bias(n_vocab, len(banned), first)

    def _links(self, n_vocab: int, sampling: Sampling) -> list[Any]:
        c, links = self._c, []
        if sampling.repeat_penalty != 1.0:
            links.append(
                c.llama_sampler_init_penalties(
                    n_vocab, PENALTY_WINDOW, sampling.repeat_penalty, 0.0, 0.0
                )
            )
        if sampling.temperature <= 0:
            return [*links, c.llama_sampler_init_greedy()]
        links.append(c.llama_sampler_init_temp(sampling.temperature))
        if sampling.top_k > 0:
            links.append(c.llama_sampler_init_top_k(sampling.top_k))
        if sampling.top_p < 1.0:
            links.append(c.llama_sampler_init_top_p(sampling.top_p, 1))
        if sampling.min_p > 0.0:
            links.append(c.llama_sampler_init_min_p(sampling.min_p, 1))
        return [*links, c.llama_sampler_init_dist(sampling.seed & 0xFFFFFFFF)]

    def observe(self, tokens: Sequence[int]) -> None:
        """Show the prompt to the repetition penalty."""
        for token in tokens[-PENALTY_WINDOW:]:
            self._c.llama_sampler_accept(self._chain, token)

    def sample(self, context: Any, output: int = -1) -> int:
        """Return the next token for one output position of the last decode."""
        token = int(self._c.llama_sampler_sample(self._chain, context, output))
        if self._bans:
            self._c.llama_sampler_free(self._c.llama_sampler_chain_remove(self._chain, 0))
            self._bans = False
        return token

    def close(self) -> None:
        """Free the chain; safe to call twice."""
        if self._chain is not None:
            self._c.llama_sampler_free(self._chain)
            self._chain = None

    def __enter__(self) -> Sampler:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
