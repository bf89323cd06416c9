"""pass@k: the probability that one of k samples of a problem passes."""

from __future__ import annotations

import math
from collections.abc import Sequence

from codegen_cli.errors import UsageError


def pass_at_k(total: int, passed: int, k: int) -> float:
    """Estimate pass@k without bias from the samples of one problem.

    1 - C(n-c, k) / C(n, k) as the product of Chen et al. 2021 (arXiv 2107.03374, section 2.1), in
    whole numbers, so that only one division rounds. Raises UsageError unless 0 <= passed <= total
    and 1 <= k <= total.
    """
    if not 0 <= passed <= total:
        raise UsageError(f"{passed} of {total} samples cannot have passed")
    if not 1 <= k <= total:
        raise UsageError(f"pass@{k} cannot be estimated from {total} samples", "take more samples")
    failed = total - passed
    if failed < k:
        return 1.0
    all_ways = math.prod(range(failed + 1, total + 1))
    none_passes = math.prod(range(failed + 1 - k, total + 1 - k))
    return (all_ways - none_passes) / all_ways


def mean_pass_at_k(counts: Sequence[tuple[int, int]], k: int) -> float | None:
    """Average pass@k over problems given as (total, passed).

    None where a problem has fewer than k samples, as in openai/human-eval.
    """
    if not counts or any(total < k for total, _ in counts):
        return None
    return math.fsum(pass_at_k(total, passed, k) for total, passed in counts) / len(counts)
