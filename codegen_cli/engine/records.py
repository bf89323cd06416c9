"""What an engine hands out: frozen records, printed by someone else."""

from __future__ import annotations

import math
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

#: Why an answer ended: a stop rule, the model's own end, the token limit, or the user.
FinishReason = Literal["stop", "eos", "length", "interrupted"]


@dataclass(frozen=True, slots=True)
class Chunk:
    """One sampled token and the text that became certain with it.

    `text` may be empty (half a character, or text a stop rule could still cut).
    `logprob` is the natural log of the model's probability before any sampling filter.
    """

    text: str
    token: int
    logprob: float


@dataclass(frozen=True, slots=True)
class Completion:
    """A finished answer.

    `text` is what remains after the stop rule, `cut` what the rule removed; `rule` names it.
    Counts are tokens; times are wall-clock seconds. `accepted_tokens` of the `drafted_tokens` that
    speculation guessed were right.
    """

    text: str
    cut: str
    finish_reason: FinishReason
    rule: str | None
    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]
    prompt_tokens: int
    reused_tokens: int
    prompt_seconds: float
    generation_seconds: float
    drafted_tokens: int = 0
    accepted_tokens: int = 0

    @property
    def generated_tokens(self) -> int:
        """Count the tokens that were sampled, those of the cut text included."""
        return len(self.tokens)

    @property
    def mean_logprob(self) -> float:
        """Return the mean log-probability of the sampled tokens, minus infinity without any."""
        return sum(self.logprobs) / len(self.logprobs) if self.logprobs else -math.inf

    @property
    def seconds(self) -> float:
        """Return the time of the prompt and the answer together."""
        return self.prompt_seconds + self.generation_seconds

    @property
    def tokens_per_second(self) -> float:
        """Return the speed of sampling, 0 when nothing was sampled."""
        if not self.tokens or self.generation_seconds <= 0:
            return 0.0
        return len(self.tokens) / self.generation_seconds


@dataclass(frozen=True, slots=True)
class Score:
    """Natural log-probabilities of the tokens of a text, each given all that came before it."""

    tokens: tuple[int, ...]
    logprobs: tuple[float, ...]

    @property
    def perplexity(self) -> float:
        """Return exp of the mean negative log-probability a token; NaN for an empty text."""
        return math.exp(-sum(self.logprobs) / len(self.logprobs)) if self.logprobs else math.nan


@dataclass(frozen=True, slots=True)
class AdapterInfo:
    """An adapter that is added to a model, how much of it, and how many matrices it changes."""

    path: str
    scale: float
    matrices: int

    def __str__(self) -> str:
        times = "" if self.scale == 1 else f" × {self.scale:g}"
        return f"{Path(self.path).name}{times} ({self.matrices} matrices)"


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What a loaded model says of itself. `size` is the file's bytes, `parameters` its weights."""

    name: str
    path: str
    family: str
    file_type: str
    size: int
    parameters: int
    n_vocab: int
    n_ctx_train: int
    n_layer: int
    adapters: tuple[AdapterInfo, ...] = ()
