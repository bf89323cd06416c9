"""Write a GGUF adapter, and read it again to prove that it is right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from gguf import GGMLQuantizationType as G
from gguf import GGUFWriter
from numpy.typing import NDArray

from codegen_cli.convert.lora.plan import LoraTensor
from codegen_cli.convert.quantize import prepare, quantize_rows


@dataclass(frozen=True, slots=True)
class LoraOrigin:
    """What an adapter file says of where it came from."""

    name: str
    base: str
    sha256: Mapping[str, str]
    converter: str


def write_lora(
    path: Path, tensors: Iterable[LoraTensor], alpha: float, file_type: str, origin: LoraOrigin
) -> int:
    """Write the adapter of a phi2 model; return how many matrices it changes.

    Raises:
        CheckpointError: a value is NaN, infinite or too large for F16.
        OSError: the disk is full.
    """
    prepare()
    writer = GGUFWriter(path, "phi2")
    try:
        writer.add_type("adapter")
        writer.add_name(origin.name)
        writer.add_string("adapter.type", "lora")
        writer.add_float32("adapter.lora.alpha", alpha)
        writer.add_string("codegen.base", origin.base)
        writer.add_array("codegen.source.files", list(origin.sha256))
        writer.add_array("codegen.source.sha256", list(origin.sha256.values()))
        writer.add_string("codegen.converter", origin.converter)
        count = 0
        for tensor in tensors:
            _add(writer, f"{tensor.target.name}.lora_a", tensor.a, file_type)
            _add(writer, f"{tensor.target.name}.lora_b", tensor.b, file_type)
            count += 1
        writer.write_header_to_file()
        writer.write_kv_data_to_file()
        writer.write_tensors_to_file()
    finally:
        writer.close()
    return count


def _add(writer: GGUFWriter, name: str, values: NDArray[np.float32], file_type: str) -> None:
    # Checked by the quantizer: NaN, infinity and what F16 cannot hold.
    rows = np.ascontiguousarray(values)
    data = quantize_rows(rows, G[file_type], name)
    kind = np.float32 if file_type == "F32" else np.float16
    writer.add_tensor(name, data.view(kind).reshape(values.shape))
