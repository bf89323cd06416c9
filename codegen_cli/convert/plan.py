"""Which tensors a file of a shape and TYPE holds, and how many bytes each takes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert.checkpoint import Tensor
from codegen_cli.convert.checkpoint.derived import stacked
from codegen_cli.convert.imatrix import ImportanceMatrix
from codegen_cli.convert.names import TargetTensor
from codegen_cli.convert.types import TensorType, row_bytes, tensor_type


@dataclass(frozen=True, slots=True)
class PlannedTensor:
    """A tensor to write: where it goes, its type, and the checkpoint tensor (None: zeros).

    `importance_N` says how much the rounding error of each column counts (float32).
    """

    target: TargetTensor
    type: TensorType
    source: Tensor | None
    importance_N: NDArray[np.float32] | None = None

    @property
    def elements(self) -> int:
        """Count the weights."""
        return math.prod(self.target.shape)

    @property
    def nbytes(self) -> int:
        """Return the size in the file, without padding."""
        columns = self.target.shape[-1]
        rows = self.target.shape[0] if len(self.target.shape) == 2 else 1
        return rows * row_bytes(self.type.type, columns)


def plan_tensors(
    n_layer: int,
    targets: Sequence[TargetTensor],
    file_type: str,
    sources: Mapping[str, Tensor] | None,
    imatrix: ImportanceMatrix | None = None,
) -> list[PlannedTensor]:
    """Return the tensors to write, in file order, each with its type and source.

    Without sources the plan is for its names, types and sizes alone.
    """
    return [
        PlannedTensor(
            target,
            tensor_type(file_type, target, n_layer, has_imatrix=imatrix is not None),
            _source(target, sources),
            imatrix.importance(target.name, target.shape[-1]) if imatrix else None,
        )
        for target in targets
    ]


def _source(target: TargetTensor, sources: Mapping[str, Tensor] | None) -> Tensor | None:
    if sources is None or not target.sources:
        return None
    return stacked(target.name, [sources[name] for name in target.sources])
