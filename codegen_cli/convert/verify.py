"""Prove that a written file computes what the checkpoint computes.

A wrong permutation or vocabulary still gives a file that loads and writes fluent nonsense; only a
comparison of tokens and logits shows it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from codegen_cli.convert import bpe
from codegen_cli.convert.checkpoint import Checkpoint
from codegen_cli.convert.config import CodeGenConfig
from codegen_cli.convert.qkv import CODEGEN_TENSORS
from codegen_cli.convert.reference import reference_logits
from codegen_cli.convert.verify_rows import check_rows
from codegen_cli.convert.vocab import Vocab
from codegen_cli.engine.base import never
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.gguf import read_gguf
from codegen_cli.engine.model import Model
from codegen_cli.engine.threads import default_threads
from codegen_cli.engine.vocabulary import Vocabulary
from codegen_cli.errors import CheckFailed
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings

#: Texts whose tokens are compared: code, white-space runs, tabs, Unicode, control look-alikes.
TEXTS = (
    "def add(a, b):\n    return a + b\n",
    "class Node:\n\tdef __init__(self):\n\t\tself.next = None\n",
    "x = [1, 22, 333]" + " " * 40 + "# far right\n\n\n",
    "# don't you'll we've\r\nprint('naïve café — 数学 🙂')\n",
    "<|endoftext|> and <|unused_1|> are only text here",
    "a\t \t  b\n \n   c" + "\t" * 12 + "d  ",
    "import numpy as np\n\nm = np.zeros((3, 4), dtype=np.float32)\n",
)

#: The numbers of groups that released checkpoints have their qkv rows in.
LAYOUTS = (4, 8)

#: Trained models stay below 0.45 of an even guess's surprise; wrong tokens or rows give from 0.75
#: on (measured on nano).
SURPRISED = 0.6

#: So much smaller a share of it with another layout is no accident.
_FAR_LIKELIER = 0.05

PROMPT = PROGRAM_PREFIX + "# Return the sum of a list.\ndef total(xs):\n    "
MAX_PROMPT = 24

#: The largest mean KL divergence (nats) and logit error (RMS, relative to the spread of the
#: logits) that a faithful file of each type shows; docs/parity.md has measured values.
BOUNDS: dict[str, tuple[float, float]] = {
    "F32": (1e-4, 0.01),
    "F16": (1e-3, 0.02),
    "BF16": (0.02, 0.1),
    "Q8_0": (0.02, 0.1),
    "Q6_K": (0.1, 0.2),
    "Q5_K_M": (0.2, 0.3),
    "Q5_K_S": (0.2, 0.3),
    "Q5_0": (0.2, 0.3),
    "Q4_K_M": (0.5, 0.45),
    "Q4_K_S": (0.5, 0.45),
    "Q4_0": (0.7, 0.5),
    "IQ4_NL": (0.7, 0.5),
    "Q3_K_M": (1.0, 0.6),
    "Q2_K": (2.0, 0.8),
}


@dataclass(frozen=True, slots=True)
class Verification:
    """How far the file is from the checkpoint: mean KL (nats), RMS error / spread, max |Δlogit|.

    `surprise` is how badly the checkpoint itself foretells the text, as a share of chance: its mean
    negative log-probability a token over that of an even guess.
    """

    positions: int
    kl: float
    relative_error: float
    max_difference: float
    same_argmax: float
    surprise: float = 0.0


def verify_file(
    path: Path,
    config: CodeGenConfig,
    checkpoint: Checkpoint,
    vocab: Vocab,
    file_type: str,
) -> Verification:
    """Compare tokens and logits of a written file with the checkpoint.

    Raises:
        CheckFailed: they differ by more than the type explains.
        InvalidGGUF, ModelError: llama.cpp cannot use the file.
    """
    settings = EngineSettings(gpu_layers="0")
    model = Model(path, settings, default_threads(), repack=False)
    try:
        check_tokens(model.vocabulary, vocab)
        tokens = model.vocabulary.tokenize(PROMPT)[: min(MAX_PROMPT, config.n_ctx)]
        actual_TxV = file_logits(model, tokens)
    finally:
        model.close()
    check_rows(read_gguf(path), config, checkpoint)
    expected_TxV = reference_logits(config, checkpoint, tokens)
    check_layout(config, checkpoint, tokens, expected_TxV)
    result = compare(expected_TxV, actual_TxV)
    check_bounds(result, file_type)
    return replace(result, surprise=surprise(expected_TxV, tokens))


def check_tokens(actual: Vocabulary, vocab: Vocab) -> None:
    """Compare llama.cpp's tokens with the reference tokenizer's, and the way back.

    Raises:
        CheckFailed: a text of the fixed set differs.
    """
    for text in TEXTS:
        tokens, expected = actual.tokenize(text), bpe.encode(text, vocab)
        if tokens != expected:
            raise CheckFailed(
                f"the written vocabulary tokenizes {text[:30]!r} as {tokens[:8]}…, "
                f"not {expected[:8]}…",
                "the tokenizer files do not belong to this kind of model",
            )
        if actual.detokenize(tokens) != text:
            raise CheckFailed(
                f"the written vocabulary does not give {text[:30]!r} back",
                "the tokenizer files are damaged",
            )


def check_layout(
    config: CodeGenConfig,
    checkpoint: Checkpoint,
    tokens: list[int],
    logits_TxV: NDArray[np.float32],
) -> None:
    """Refuse the layout of qkv rows that was assumed if the model works with another one.

    A file in a wrong layout computes just what the reference computes in the same wrong one. But
    a trained model finds its own language likely only with the right one.

    Raises:
        CheckFailed: another number of groups makes the text far likelier.
    """
    if config.qkv.tensors != CODEGEN_TENSORS:
        return
    chosen = surprise(logits_TxV, tokens)
    for groups in LAYOUTS:
        if groups == config.qkv.groups or config.n_head % groups:
            continue
        other = replace(config, qkv=replace(config.qkv, groups=groups))
        found = surprise(reference_logits(other, checkpoint, tokens), tokens)
        if found < min(SURPRISED, chosen - _FAR_LIKELIER):
            raise CheckFailed(
                f"with the qkv rows in {config.qkv.groups} groups Python surprises the model "
                f"({chosen:.0%} of an even guess), with {groups} it does not ({found:.0%})",
                f"convert it with --cores {groups}",
            )


def file_logits(model: Model, tokens: list[int]) -> NDArray[np.float32]:
    """Return llama.cpp's logits at every position (float32, T × V)."""
    context = Context(model.pointer, len(tokens), default_threads(), model.vocabulary.size)
    try:
        entries = [Entry(token, position, 0, True) for position, token in enumerate(tokens)]
        context.decode(entries, never)
        return np.stack([context.logits_V(i) for i in range(len(tokens))])
    finally:
        context.close()


def compare(expected_TxV: NDArray[np.float32], actual_TxV: NDArray[np.float32]) -> Verification:
    """Return the distance of two sets of logits (float32, T × V)."""
    expected_log, actual_log = _log_softmax(expected_TxV), _log_softmax(actual_TxV)
    kl_T = (np.exp(expected_log) * (expected_log - actual_log)).sum(-1)
    difference = actual_TxV.astype(np.float64) - expected_TxV
    spread = float(expected_TxV.std(-1).mean())
    return Verification(
        positions=len(expected_TxV),
        kl=max(0.0, float(kl_T.mean())),
        relative_error=float(np.sqrt((difference**2).mean())) / max(spread, 1e-9),
        max_difference=float(np.abs(difference).max()),
        same_argmax=float((expected_TxV.argmax(-1) == actual_TxV.argmax(-1)).mean()),
    )


def surprise(logits_TxV: NDArray[np.float32], tokens: Sequence[int]) -> float:
    """Return the mean negative log-probability of each next token, as a share of chance."""
    if len(tokens) < 2:
        return 0.0
    next_tokens = np.asarray(tokens[1:])
    log_TxV = _log_softmax(logits_TxV[:-1])
    mean = -float(log_TxV[np.arange(len(next_tokens)), next_tokens].mean())
    return mean / math.log(logits_TxV.shape[1])


def check_bounds(result: Verification, file_type: str) -> None:
    """Refuse a result outside its type's bounds.

    Raises:
        CheckFailed: it is; NaN counts as outside.
    """
    kl, relative = BOUNDS[file_type]
    if not (result.kl <= kl and result.relative_error <= relative):
        raise CheckFailed(
            f"the {file_type} file differs from the checkpoint: KL {result.kl:.2e} (bound {kl:g}), "
            f"relative logit error {result.relative_error:.3f} (bound {relative:g})",
            "convert to a type with more bits, or report it with the checkpoint's config.json",
        )


def _log_softmax(logits_TxV: NDArray[np.float32]) -> NDArray[np.float64]:
    shifted = logits_TxV.astype(np.float64) - logits_TxV.max(-1, keepdims=True)
    return np.asarray(shifted - np.log(np.exp(shifted).sum(-1, keepdims=True)))
