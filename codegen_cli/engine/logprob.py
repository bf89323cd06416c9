"""Log-probabilities from logits."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from codegen_cli.errors import CodegenError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def logprob_of(logits_V: NDArray[np.float32], token: int) -> float:
    """Return the natural log of the model's probability of a token, before any filter.

    Raises:
        CodegenError: the logits are NaN.
    """
    import numpy as np

    top = logits_V.max()
    value = float(logits_V[token] - top) - math.log(float(np.exp(logits_V - top).sum()))
    if math.isnan(value):
        raise CodegenError("the model computes NaN logits", "its weights are damaged")
    return value
