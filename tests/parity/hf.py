"""Both sides of the comparison: transformers on one, our converted files on the other.

Importing this skips a test module where torch or transformers is not installed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.base import never
from codegen_cli.engine.context import BATCH_TOKENS, Context, Entry
from codegen_cli.engine.model import Model
from codegen_cli.settings import EngineSettings

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

F32 = NDArray[np.float32]
THREADS = 2


def load(folder: Path, dtype: str = "float32") -> Any:
    """Return transformers' model of a folder, CodeGen or GPT-J."""
    return transformers.AutoModelForCausalLM.from_pretrained(folder, dtype=dtype).eval()


def logits(model: Any, tokens: Sequence[int]) -> F32:
    """Return transformers' logits at every position (float32, T × V), computed in float32."""
    with torch.inference_mode():
        out: F32 = model.float()(torch.tensor([list(tokens)])).logits[0].numpy()
    return out


def converted(
    folder: Path, output: Path, file_type: str = "F32", tokenizer: Path | None = None
) -> Path:
    """Convert without the check at the end, which these tests stand in for."""
    options = ConvertOptions(file_type, tokenizer=tokenizer, threads=THREADS, verify=False)
    convert(folder, output, options, lambda *_: None)
    return output


def our_logits(
    path: Path, tokens: Sequence[int], *, exact: bool = False, flash: bool = True
) -> F32:
    """Return the logits of a GGUF file at every position (float32, T × V).

    Evaluated as the engine does, with or without flash attention, or, where `exact`, without
    llama.cpp's 16-bit short cuts.
    """
    model = Model(path, EngineSettings(gpu_layers="0"), THREADS, repack=not exact)
    size = model.vocabulary.size
    context = Context(model.pointer, len(tokens), THREADS, size, exact=exact, flash=flash)
    rows: list[F32] = []
    try:
        for start in range(0, len(tokens), BATCH_TOKENS):
            batch = tokens[start : start + BATCH_TOKENS]
            context.decode([Entry(t, start + i, 0, True) for i, t in enumerate(batch)], never)
            rows += [context.logits_V(i).copy() for i in range(len(batch))]
    finally:
        context.close()
        model.close()
    return np.stack(rows)


class TableGELU(torch.nn.Module):  # type: ignore[misc,name-defined]
    """The GELU of llama.cpp's CPU code: a table of 16-bit floats between -10 and 10."""

    def forward(self, x: Any) -> Any:
        """Return GELU(x)."""
        y = torch.nn.functional.gelu(x.half().float(), approximate="tanh").half().float()
        return torch.where(x <= -10, 0.0, torch.where(x >= 10, x, y))


@dataclass(frozen=True)
class Distance:
    """How far two sets of logits are apart: largest difference, mean KL in nats, equal argmax."""

    max: float
    kl: float
    argmax: float


def distance(expected_TxV: F32, actual_TxV: F32) -> Distance:
    """Compare logits with torch's own KL divergence."""
    assert expected_TxV.shape == actual_TxV.shape
    p, q = (torch.log_softmax(torch.from_numpy(x).double(), -1) for x in (expected_TxV, actual_TxV))
    kl = torch.nn.functional.kl_div(q, p, reduction="batchmean", log_target=True)
    same = (expected_TxV.argmax(-1) == actual_TxV.argmax(-1)).mean()
    return Distance(float(np.abs(expected_TxV - actual_TxV).max()), float(kl), float(same))


def random_tokens(count: int, vocab_size: int, seed: int = 0) -> list[int]:
    """Return seeded token ids over the whole vocabulary."""
    return np.random.default_rng(seed).integers(0, vocab_size, count).tolist()
