"""Log-probabilities of texts: transformers' own logits, and the engine on llama.cpp."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hf import TableGELU, converted, logits, transformers
from hf_folders import ARCHITECTURES, open_folder, write_model
from numpy.typing import NDArray

from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.errors import Interrupted
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings

TEXTS = [
    (PROGRAM_PREFIX, '# Assign the list of numbers [4, 8, 15] to a variable named "values".\n'),
    (PROGRAM_PREFIX + "# Print 5.\n", "print(5)\n\n# Print 6.\nprint(6)\n"),
    ("", "def f(x):\n    return x\n"),
    ("x", "y"),
    ("x", ""),
]


@pytest.mark.parametrize("architecture", ARCHITECTURES)
def test_scores_are_those_of_the_models_logits(tmp_path: Path, architecture: str) -> None:
    folder = write_model(tmp_path / architecture, architecture)
    model = transformers.AutoModelForCausalLM.from_pretrained(folder).eval()
    with open_folder(folder) as engine:
        scores = engine.score(TEXTS)
        for (prefix, text), score in zip(TEXTS, scores, strict=True):
            before, tokens = engine.vocabulary.prompt(prefix), engine.vocabulary.tokenize(text)
            rows = logits(model, before + tokens)[len(before) - 1 : -1].astype(np.float64)
            logs = rows - np.log(np.exp(rows).sum(-1, keepdims=True))
            expected = [row[token] for row, token in zip(logs, tokens, strict=True)]
            assert list(score.logprobs) == pytest.approx(expected, abs=1e-4)
            assert list(score.tokens) == tokens


def test_long_texts_are_scored_in_parts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = write_model(tmp_path / "gpt_neo", "gpt_neo")
    with open_folder(folder) as engine:
        [whole] = engine.score(TEXTS[:1])
        monkeypatch.setattr("codegen_cli.engine.hf.score._TOKENS", 7)
        [parts] = engine.score(TEXTS[:1])
    assert parts.tokens == whole.tokens and len(whole.tokens) > 20
    assert parts.logprobs == pytest.approx(whole.logprobs, abs=1e-4)


def test_ctrl_c_ends_scoring(tmp_path: Path) -> None:
    folder = write_model(tmp_path / "gpt_neo", "gpt_neo")
    with open_folder(folder) as engine, pytest.raises(Interrupted):
        engine.score(TEXTS, should_stop=lambda: True)


def differences(folder: Path, path: Path) -> list[NDArray[np.float64]]:
    """Return how far the log-probabilities of both engines are apart, text by text."""
    settings = EngineSettings(gpu_layers="0", threads=1, exact=True)
    with LlamaEngine(path, settings) as gguf, open_folder(folder) as engine:
        pairs = zip(engine.score(TEXTS), gguf.score(TEXTS), strict=True)
        return [np.array(a.logprobs) - np.array(b.logprobs) for a, b in pairs]


def test_scores_equal_those_of_llama_cpp(tmp_path: Path, nano: Path) -> None:
    """What is left is llama.cpp's GELU table of 16-bit floats."""
    path = converted(nano, tmp_path / "m.gguf")
    for distances in differences(nano, path):
        assert np.abs(distances).max(initial=0) < 5e-3
        assert abs(distances.sum()) <= 5e-4 * len(distances)


def test_scores_are_equal_with_the_same_gelu(
    tmp_path: Path, nano: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = converted(nano, tmp_path / "m.gguf")
    monkeypatch.setitem(transformers.activations.ACT2FN, "gelu_new", TableGELU)
    for distances in differences(nano, path):
        # Inputs at the border of two entries of the table still land on either side.
        assert np.abs(distances).max(initial=0) < 1e-3
        assert abs(distances.sum()) <= 1e-4 * len(distances)
