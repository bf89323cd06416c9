"""Log-probabilities of texts against transformers."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hf import converted, load, torch

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings

TEXTS = [
    (PROGRAM_PREFIX, '# Assign the list of numbers [4, 8, 15] to a variable named "values".\n'),
    (PROGRAM_PREFIX + "# Print 5.\n", "print(5)\n\n# Print 6.\nprint(6)\n"),
    ("", "def f(x):\n    return x\n"),
]


def test_perplexities_equal_transformers(tmp_path: Path, nano: Path) -> None:
    """What is left is llama.cpp's GELU table of 16-bit floats."""
    path, model = converted(nano, tmp_path / "m.gguf"), load(nano)
    with LlamaEngine(path, EngineSettings(gpu_layers="0", threads=2, exact=True)) as engine:
        for (prefix, _), score in zip(TEXTS, engine.score(TEXTS), strict=True):
            before = engine.vocabulary.tokenize(prefix) or [engine.vocabulary.end_of_text]
            line = torch.tensor([before + list(score.tokens)])
            with torch.inference_mode():
                logits = model.float()(line).logits[0].double().log_softmax(-1).numpy()
            rows = np.arange(len(before) - 1, line.shape[1] - 1)
            expected = logits[rows, np.array(score.tokens)]
            assert list(score.logprobs) == pytest.approx(list(expected), rel=5e-3, abs=5e-3)
            assert score.perplexity == pytest.approx(np.exp(-expected.mean()), rel=5e-4)
