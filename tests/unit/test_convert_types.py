"""Which ggml type each tensor gets, without llama.cpp (tests/tiny compares with its quantizer)."""

from __future__ import annotations

import pytest
from gguf import GGMLQuantizationType as G

from codegen_cli.convert.names import TargetTensor
from codegen_cli.convert.types import FILE_TYPES, parse_file_type, row_bytes, tensor_type
from codegen_cli.errors import UsageError


def block_tensor(kind: str, layer: int, columns: int = 1024) -> TargetTensor:
    return TargetTensor(f"blk.{layer}.{kind}.weight", "any", (8, columns), layer)


@pytest.mark.parametrize("file_type", FILE_TYPES)
def test_vectors_stay_f32(file_type: str) -> None:
    bias = TargetTensor("output.bias", "lm_head.bias", (51200,))
    assert tensor_type(file_type, bias, 20).type == G.F32


def test_q4_k_m_of_20_layers_spends_more_bits_where_llama_cpp_does() -> None:
    more = [
        i
        for i in range(20)
        if tensor_type("Q4_K_M", block_tensor("ffn_down", i), 20).type == G.Q6_K
    ]
    assert more == [0, 1, 4, 7, 10, 13, 16, 17, 18, 19]
    assert tensor_type("Q4_K_M", block_tensor("ffn_up", 0), 20).type == G.Q4_K
    assert tensor_type("Q4_K_M", TargetTensor("output.weight", "x", (8, 1024)), 20).type == G.Q6_K


@pytest.mark.parametrize(
    ("file_type", "columns", "expected"),
    [
        ("Q4_K_S", 160, G.Q5_0),
        ("Q5_K_S", 160, G.Q5_1),
        ("Q6_K", 160, G.Q8_0),
        ("Q3_K_M", 160, G.Q4_0),
        ("Q2_K", 160, G.Q4_0),
        ("Q4_0", 40, G.F16),
        ("Q4_K_S", 40, G.F16),
    ],
)
def test_rows_that_do_not_fit_fall_back(file_type: str, columns: int, expected: G) -> None:
    chosen = tensor_type(file_type, block_tensor("ffn_up", 9, columns), 20)
    assert chosen.type == expected
    assert chosen.fell_back_from is not None


def test_the_head_of_narrow_models_is_q8_0() -> None:
    head = TargetTensor("output.weight", "lm_head.weight", (1000, 160))
    assert tensor_type("Q4_K_M", head, 6).type == G.Q8_0


def test_a_mistyped_type_gets_a_suggestion() -> None:
    assert parse_file_type("q4-k-m") == "Q4_K_M"
    with pytest.raises(UsageError, match="did you mean Q8_0"):
        parse_file_type("Q8")


def test_row_bytes_follow_the_block_sizes() -> None:
    assert row_bytes(G.Q8_0, 64) == 2 * 34
    assert row_bytes(G.Q4_K, 256) == 144
    assert row_bytes(G.F16, 10) == 20
