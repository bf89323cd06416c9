"""The target types and which ggml type each tensor gets: llama.cpp's mixtures.

Facts: llama.cpp `src/llama-quant.cpp` (`llama_tensor_get_type_impl`, `tensor_type_fallback`) as in
llama-cpp-python 0.3.36, for phi2 (fused qkv) and llama, without grouped queries and experts.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from gguf import GGML_QUANT_SIZES, GGMLQuantizationType, LlamaFileType

from codegen_cli.convert.names import TargetTensor
from codegen_cli.errors import UsageError

G = GGMLQuantizationType

#: TYPE on the command line: its number in the file, and the ggml type most weights get.
FILE_TYPES: dict[str, tuple[LlamaFileType, GGMLQuantizationType]] = {
    "F32": (LlamaFileType.ALL_F32, G.F32),
    "F16": (LlamaFileType.MOSTLY_F16, G.F16),
    "BF16": (LlamaFileType.MOSTLY_BF16, G.BF16),
    "Q8_0": (LlamaFileType.MOSTLY_Q8_0, G.Q8_0),
    "Q6_K": (LlamaFileType.MOSTLY_Q6_K, G.Q6_K),
    "Q5_K_M": (LlamaFileType.MOSTLY_Q5_K_M, G.Q5_K),
    "Q5_K_S": (LlamaFileType.MOSTLY_Q5_K_S, G.Q5_K),
    "Q5_0": (LlamaFileType.MOSTLY_Q5_0, G.Q5_0),
    "Q4_K_M": (LlamaFileType.MOSTLY_Q4_K_M, G.Q4_K),
    "Q4_K_S": (LlamaFileType.MOSTLY_Q4_K_S, G.Q4_K),
    "Q4_0": (LlamaFileType.MOSTLY_Q4_0, G.Q4_0),
    "IQ4_NL": (LlamaFileType.MOSTLY_IQ4_NL, G.IQ4_NL),
    "Q3_K_M": (LlamaFileType.MOSTLY_Q3_K_M, G.Q3_K),
    "Q2_K": (LlamaFileType.MOSTLY_Q2_K, G.Q2_K),
}

_UNQUANTIZED = (G.F32, G.F16, G.BF16)

#: What a row that is no multiple of 256 falls back to.
_FALLBACK = {
    G.Q2_K: G.Q4_0,
    G.Q3_K: G.Q4_0,
    G.Q4_K: G.Q5_0,
    G.Q5_K: G.Q5_1,
    G.Q6_K: G.Q8_0,
}

#: The first eighth of `ffn_down` with an importance matrix.
_FIRST_DOWN_WITH_IMATRIX = {G.Q4_0: G.Q4_1, G.Q5_0: G.Q5_1, G.IQ4_NL: G.IQ4_NL}


@dataclass(frozen=True, slots=True)
class TensorType:
    """The type of one tensor, and the type it should have had when its rows do not fit it."""

    type: GGMLQuantizationType
    fell_back_from: GGMLQuantizationType | None = None


def parse_file_type(name: str) -> str:
    """Return a known TYPE, whatever its case.

    Raises:
        UsageError: it is unknown; the nearest known one is suggested.
    """
    upper = name.upper().replace("-", "_")
    if upper in FILE_TYPES:
        return upper
    near = difflib.get_close_matches(upper, FILE_TYPES, n=1, cutoff=0.4)
    suggestion = f"did you mean {near[0]}? " if near else ""
    raise UsageError(f'unknown type "{name}"', f"{suggestion}known: {', '.join(FILE_TYPES)}")


def tensor_type(
    file_type: str, target: TargetTensor, n_layer: int, *, has_imatrix: bool = False
) -> TensorType:
    """Return the ggml type of one tensor in a file of this TYPE: vectors stay F32.

    With an importance matrix llama.cpp spends its extra bits elsewhere.
    """
    base = FILE_TYPES[file_type][1]
    if len(target.shape) == 1:
        return TensorType(G.F32)
    if base in _UNQUANTIZED:
        return TensorType(base)
    columns = target.shape[-1]
    first_down = target.name.endswith("ffn_down.weight") and target.layer < n_layer // 8
    if has_imatrix and first_down and base in _FIRST_DOWN_WITH_IMATRIX:
        return _fit(_FIRST_DOWN_WITH_IMATRIX[base], columns)
    return _fit(_mixture(file_type, base, target, n_layer, columns), columns)


def _mixture(
    file_type: str,
    base: GGMLQuantizationType,
    target: TargetTensor,
    n_layer: int,
    columns: int,
) -> GGMLQuantizationType:
    """Spend more bits where llama.cpp found that they matter."""
    kind = target.kind.removesuffix(".weight")
    if kind == "output":
        return G.Q8_0 if base == G.Q8_0 or columns % _block(base) else G.Q6_K
    rule = {
        "attn_qkv": _value,
        "attn_v": _value,
        "ffn_down": _ffn_down,
        "attn_output": _attn_output,
    }.get(kind)
    return (rule(file_type, target.layer, n_layer) if rule else None) or base


def _value(file_type: str, layer: int, n_layer: int) -> GGMLQuantizationType | None:
    if file_type == "Q2_K":
        return G.Q3_K
    if file_type == "Q3_K_M":
        return G.Q5_K if layer < 2 else G.Q4_K
    if file_type in ("Q4_K_M", "Q5_K_M") and _more_bits(layer, n_layer):
        return G.Q6_K
    if file_type == "Q4_K_S" and layer < 4:
        return G.Q5_K
    return None


def _ffn_down(file_type: str, layer: int, n_layer: int) -> GGMLQuantizationType | None:
    if file_type == "Q2_K":
        return G.Q3_K
    if file_type == "Q3_K_M":
        return G.Q5_K if layer < n_layer // 16 else G.Q4_K
    if file_type in ("Q4_K_M", "Q5_K_M") and _more_bits(layer, n_layer):
        return G.Q6_K
    if file_type in ("Q4_K_S", "IQ4_NL") and layer < n_layer // 8:
        return G.Q5_K
    return None


def _attn_output(file_type: str, _layer: int, _n_layer: int) -> GGMLQuantizationType | None:
    return {"Q2_K": G.Q3_K, "Q3_K_M": G.Q4_K}.get(file_type)


def _more_bits(layer: int, n_layer: int) -> bool:
    """Say whether this layer is in the first or last eighth, or every third in between."""
    eighth = n_layer // 8
    return layer < eighth or layer >= 7 * n_layer // 8 or (layer - eighth) % 3 == 2


def _fit(wanted: GGMLQuantizationType, columns: int) -> TensorType:
    """Fall back by row size as llama.cpp does: to a 32-wide type, else to F16."""
    if columns % _block(wanted) == 0:
        return TensorType(wanted)
    narrow = _FALLBACK.get(wanted, wanted)
    return TensorType(narrow if columns % _block(narrow) == 0 else G.F16, wanted)


def _block(kind: GGMLQuantizationType) -> int:
    return int(GGML_QUANT_SIZES[kind][0])


def row_bytes(kind: GGMLQuantizationType, columns: int) -> int:
    """Return the bytes of one row."""
    block, size = GGML_QUANT_SIZES[kind]
    return int(columns // block * size)
