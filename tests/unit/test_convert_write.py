"""What tells one conversion from another where both write the same header."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from codegen_cli.convert.names import TargetTensor
from codegen_cli.convert.plan import PlannedTensor
from codegen_cli.convert.types import G, TensorType
from codegen_cli.convert.write import _digest

TENSOR = PlannedTensor(TargetTensor("a.weight", ("a",), (2, 4)), TensorType(G.F32), None)
ONES, TWOS = np.ones(4, np.float32), np.full(4, 2, np.float32)
ROWS = np.arange(6)


def test_every_other_input_gives_another_digest() -> None:
    weighed = replace(TENSOR, importance_N=ONES)
    elsewhere = replace(weighed, target=replace(TENSOR.target, name="b.weight"))
    digests = {
        _digest([TENSOR], {}, ""),
        _digest([TENSOR], {"q": ROWS}, ""),
        _digest([TENSOR], {"k": ROWS}, ""),
        _digest([TENSOR], {"q": ROWS[::-1]}, ""),
        _digest([TENSOR], {}, "1 2"),
        _digest([weighed], {}, ""),
        _digest([replace(TENSOR, importance_N=TWOS)], {}, ""),
        _digest([elsewhere], {}, ""),
    }
    assert len(digests) == 8
    assert _digest([weighed], {"q": ROWS}, "x") == _digest([weighed], {"q": ROWS.copy()}, "x")
