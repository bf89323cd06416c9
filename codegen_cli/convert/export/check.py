"""Prove that an exported folder computes what its source computes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert import bpe
from codegen_cli.convert.reference import reference_logits
from codegen_cli.convert.source import Source, open_source
from codegen_cli.convert.verify import PROMPT, Verification, check_bounds, compare, file_logits
from codegen_cli.convert.vocab import Vocab, read_vocab
from codegen_cli.engine.model import Model
from codegen_cli.engine.threads import default_threads
from codegen_cli.errors import CheckFailed
from codegen_cli.settings import EngineSettings

_CHECKED_TOKENS = 24


def verify_export(source: Source, vocab: Vocab, folder: Path, dtype: str) -> Verification:
    """Read the folder again, as GPT-J, and compare tokens and logits.

    Raises:
        CheckFailed: they differ by more than the type explains.
    """
    tokens = bpe.encode(PROMPT, vocab)[: min(_CHECKED_TOKENS, source.config.n_ctx)]
    expected = _logits(source, tokens)
    with open_source(folder, lambda *_: None) as written:
        again = read_vocab(written.place, written.config.vocab_size)
        if (again.tokens, again.merges) != (vocab.tokens, vocab.merges):
            raise CheckFailed("the written tokenizer is not that of the source", "please report it")
        actual = reference_logits(written.config, written.checkpoint, tokens)
    result = compare(expected, actual)
    check_bounds(result, dtype)
    return result


def _logits(source: Source, tokens: list[int]) -> NDArray[np.float32]:
    """Compute the source's own logits; those of a GGUF file with llama.cpp."""
    if source.checkpoint.format != "gguf":
        return reference_logits(source.config, source.checkpoint, tokens)
    settings = EngineSettings(gpu_layers="0")
    model = Model(source.checkpoint.files[0], settings, default_threads(), repack=False)
    try:
        return file_logits(model, tokens)
    finally:
        model.close()
