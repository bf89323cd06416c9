"""Benchmark arithmetic: medians, bytes and operations a token, full batches, plans."""

from __future__ import annotations

import pytest

from codegen_cli.bench.plan import answer_tokens, plan_for
from codegen_cli.bench.records import Limits, Result
from codegen_cli.bench.rows import rows_of
from codegen_cli.bench.steady import steady_rate
from codegen_cli.bench.weights import weights_of
from codegen_cli.engine.gguf import TensorInfo

LIMITS = Limits(read_bytes=10e9, matmul_flops=100e9)


def tensor(name: str, *shape: int, nbytes: int) -> TensorInfo:
    return TensorInfo(name, shape, "F16", 0, nbytes)


TENSORS = [
    tensor("token_embd.weight", 4, 10, nbytes=80),
    tensor("blk.0.attn_qkv.weight", 4, 12, nbytes=96),
    tensor("blk.0.attn_norm.weight", 4, nbytes=16),
    tensor("output.weight", 4, 10, nbytes=70),
    tensor("output.bias", 10, nbytes=40),
]


def test_a_row_has_median_extremes_and_shares_of_the_limits() -> None:
    result = Result(
        "decode",
        "decode × 1",
        "tokens/s",
        (30.0, 10.0, 20.0),
        bytes_per_unit=1e8,
        flops_per_unit=1e9,
    )
    row = rows_of([result], LIMITS)[0]
    assert (row.median, row.low, row.high, row.repeats) == (20, 10, 30, 3)
    assert (row.gb_per_s, row.bandwidth_share) == (2.0, 0.2)
    assert (row.gflop_per_s, row.peak_share) == (20.0, 0.2)


def test_what_says_nothing_stays_empty() -> None:
    plain = rows_of([Result("load", "load", "s", (1.0,))], LIMITS)[0]
    assert plain.gb_per_s is plain.bandwidth_share is plain.gflop_per_s is plain.peak_share is None
    gpu = rows_of([Result("decode", "x", "tokens/s", (5.0,), bytes_per_unit=1e9)], None)[0]
    assert gpu.gb_per_s == 5 and gpu.bandwidth_share is None


def test_a_decode_reads_all_weights_but_the_input_embedding() -> None:
    weights = weights_of(TENSORS)
    assert weights.decode_bytes == 96 + 16 + 70 + 40
    assert (weights.layer_weights, weights.head_weights) == (48, 40)
    assert weights.bytes_per_token(2) == 111
    assert weights.flops_per_token() == 2 * (48 + 40)
    assert weights.flops_per_token(0.25) == 2 * (48 + 10)


def test_without_an_output_matrix_the_embedding_is_read_as_one() -> None:
    tied = [t for t in TENSORS if t.name != "output.weight"]
    weights = weights_of(tied)
    assert weights.decode_bytes == 96 + 16 + 80 + 40
    assert weights.head_weights == 40


def test_the_speed_of_a_batch_counts_only_its_full_rounds() -> None:
    # The second sequence begins at 2 and ends at 4: rounds at 3 and 4, two tokens each.
    assert steady_rate([[0.0, 1.0, 2.0, 3.0, 4.0, 5.0], [2.0, 3.0, 4.0]]) == 2.0
    assert steady_rate([[1.0, 1.5, 2.0]]) == 2.0


@pytest.mark.parametrize("times", [[[]], [[1.0]], [[0.0, 1.0], [2.0, 3.0]], [[0.0, 1.0], []]])
def test_without_full_rounds_there_is_no_speed(times: list[list[float]]) -> None:
    assert steady_rate(times) == 0.0


@pytest.mark.parametrize("quick", [True, False])
@pytest.mark.parametrize("n_ctx", [8, 100, 512, 2048])
def test_a_plan_fits_its_context(n_ctx: int, quick: bool) -> None:
    plan = plan_for(n_ctx, quick=quick)
    assert all(prompt < n_ctx for prompt in plan.prompts) and plan.prompts
    assert plan.candidate_prompt + plan.candidate_tokens <= n_ctx
    assert plan.program <= n_ctx
    for batch in plan.batches:
        answer = min(plan.decode_tokens, answer_tokens(n_ctx, plan.decode_prompt, batch))
        assert answer >= 8 and plan.decode_prompt + batch * answer <= n_ctx


def test_large_batches_are_left_out_of_small_contexts() -> None:
    assert plan_for(2048, quick=True).batches == (1, 4, 16, 64)
    assert plan_for(200, quick=True).batches == (1, 4, 16)
    assert plan_for(100, quick=True).batches == (1, 4)
