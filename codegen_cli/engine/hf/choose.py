"""Choose next tokens from logits: the settings of llama.cpp's sampler chain, for many rows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from codegen_cli.engine.hf.packages import torch_and_transformers
from codegen_cli.settings import Sampling


def choose(
    logits_BxV: Any,
    samplings: Sequence[Sampling],
    recent: Sequence[Sequence[int]],
    draws: Sequence[float],
) -> list[int]:
    """Return a token for each row of float32 logits.

    Penalty, temperature, top-k, top-p, min-p, then a draw, in the order of Hugging Face's
    `generate`; at temperature 0 the best token. `recent` are the tokens that the penalty sees,
    `draws` numbers in [0, 1), one a row: the row's own random number decides it alone.
    """
    scores_BxV = penalized(logits_BxV, samplings, recent)
    best = scores_BxV.argmax(-1).tolist()
    rows = [row for row, sampling in enumerate(samplings) if sampling.temperature > 0]
    if rows:
        order, probabilities = filtered(scores_BxV[rows], [samplings[row] for row in rows])
        for row, token in zip(rows, _draw(order, probabilities, rows, draws), strict=True):
            best[row] = token
    return [int(token) for token in best]


def masked(logits_BxV: Any, banned: Sequence[Sequence[int]]) -> Any:
    """Return the logits with some tokens of each row made impossible."""
    torch, _ = torch_and_transformers()
    if not any(banned):
        return logits_BxV
    out = logits_BxV.clone()
    for row, tokens in enumerate(banned):
        out[row, list(tokens)] = -torch.inf
    return out


def penalized(
    logits_BxV: Any, samplings: Sequence[Sampling], recent: Sequence[Sequence[int]]
) -> Any:
    """Return the logits with recent tokens made less likely (Keskar et al. 2019, section 4.1)."""
    torch, _ = torch_and_transformers()
    if all(sampling.repeat_penalty == 1.0 for sampling in samplings):
        return logits_BxV
    out = logits_BxV.clone()
    for row, (sampling, tokens) in enumerate(zip(samplings, recent, strict=True)):
        seen = sorted(set(tokens))
        old = out[row, seen]
        penalty = sampling.repeat_penalty
        out[row, seen] = torch.where(old > 0, old / penalty, old * penalty)
    return out


def filtered(scores_BxV: Any, samplings: Sequence[Sampling]) -> tuple[Any, Any]:
    """Return the tokens of each row, likeliest first, and the probabilities left by the filters.

    The probabilities (float64) do not sum to 1 where a filter removed some.
    """
    torch, _ = torch_and_transformers()

    def column(values: Sequence[float]) -> Any:
        return torch.tensor(values, dtype=torch.float64, device=scores_BxV.device).unsqueeze(1)

    temperature = column([sampling.temperature for sampling in samplings])
    size = scores_BxV.shape[-1]
    top_k = column([sampling.top_k or size for sampling in samplings])
    top_p = column([sampling.top_p for sampling in samplings])
    min_p = column([sampling.min_p for sampling in samplings])
    scores, order = scores_BxV.sort(dim=-1, descending=True, stable=True)
    rank = torch.arange(size, device=scores.device)
    scaled = (scores.double() / temperature).masked_fill(rank >= top_k, -torch.inf)
    probabilities = scaled.softmax(-1)
    before = probabilities.cumsum(-1) - probabilities
    # The nucleus is the fewest tokens that reach top-p; the likeliest always stays.
    kept = ((before < top_p) & (probabilities >= min_p * probabilities[:, :1])) | (rank == 0)
    kept |= (top_p >= 1) & (min_p <= 0)
    return order, probabilities * kept


def _draw(order: Any, probabilities: Any, rows: Sequence[int], draws: Sequence[float]) -> list[int]:
    torch, _ = torch_and_transformers()
    reached = probabilities.cumsum(-1)
    numbers = torch.tensor(
        [draws[row] for row in rows], dtype=torch.float64, device=order.device
    ).unsqueeze(1)
    places = torch.searchsorted(reached, numbers * reached[:, -1:], right=True)
    # Rounding may leave the last number at the very end of the sum.
    last = (probabilities > 0).sum(-1, keepdim=True) - 1
    chosen: list[int] = order.gather(1, places.clamp(max=last)).squeeze(1).tolist()
    return chosen
