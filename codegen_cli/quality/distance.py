"""How far one model's predictions are from another's, position by position; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Distance:
    """The sums of a comparison over `positions` predicted tokens.

    Perplexities are exp of the mean negative log-probability of the text's own tokens. KL is
    D(reference ‖ model) in nats. `same_top` is the share of positions with one likeliest token.
    """

    positions: int
    perplexity: float
    reference_perplexity: float
    kl_mean: float
    kl_99: float
    kl_max: float
    same_top: float


@dataclass(slots=True)
class Comparison:
    """Collect positions, then sum up."""

    _nll: list[NDArray[np.float64]] = field(default_factory=list)
    _reference_nll: list[NDArray[np.float64]] = field(default_factory=list)
    _kl: list[NDArray[np.float64]] = field(default_factory=list)
    _same: list[NDArray[np.bool_]] = field(default_factory=list)

    def add(
        self,
        reference_TxV: NDArray[np.float32],
        logits_TxV: NDArray[np.float32],
        next_T: NDArray[np.intp],
    ) -> None:
        """Compare logits at T positions; `next_T` are the tokens that really follow."""
        wanted, found = log_softmax(reference_TxV), log_softmax(logits_TxV)
        rows = np.arange(len(next_T))
        self._reference_nll.append(-wanted[rows, next_T])
        self._nll.append(-found[rows, next_T])
        # Rounding can make the divergence of equal distributions a little negative.
        self._kl.append(np.maximum((np.exp(wanted) * (wanted - found)).sum(-1), 0.0))
        self._same.append(reference_TxV.argmax(-1) == logits_TxV.argmax(-1))

    def result(self) -> Distance:
        """Sum up; every figure is NaN without a position."""
        if not self._kl:
            return Distance(0, *[math.nan] * 6)
        kl_T = np.concatenate(self._kl)
        return Distance(
            positions=len(kl_T),
            perplexity=math.exp(float(np.concatenate(self._nll).mean())),
            reference_perplexity=math.exp(float(np.concatenate(self._reference_nll).mean())),
            kl_mean=float(kl_T.mean()),
            kl_99=float(np.quantile(kl_T, 0.99)),
            kl_max=float(kl_T.max()),
            same_top=float(np.concatenate(self._same).mean()),
        )


def log_softmax(logits_TxV: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return log-probabilities (float64, T × V).

    >>> np.exp(log_softmax(np.array([[0.0, 0.0]], np.float32))).tolist()
    [[0.5, 0.5]]
    """
    shifted = logits_TxV.astype(np.float64) - logits_TxV.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))
