"""What the rest of the program asks of an engine."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from codegen_cli.engine.records import Chunk, Completion, ModelInfo, Score
from codegen_cli.program import Stopper
from codegen_cli.settings import Sampling


def never() -> bool:
    """Never stop: the default for `should_stop`."""
    return False


@dataclass(frozen=True, slots=True)
class Prompt:
    """A text to continue, and how; with a `suffix`, a gap to fill between the two.

    The first token of the answer is none of `banned`.
    """

    text: str
    sampling: Sampling
    stopper: Stopper
    suffix: str | None = None
    banned: tuple[int, ...] = ()


class Tokenizer(Protocol):
    """Text to tokens and back."""

    def tokenize(self, text: str) -> list[int]:
        """Return the token ids of a text."""

    def prompt(self, text: str) -> list[int]:
        """Return the tokens that a model continues: at least one."""

    def piece(self, token: int) -> bytes:
        """Return the bytes that one token stands for (possibly half a character)."""


class Engine(Protocol):
    """A loaded model that continues text."""

    info: ModelInfo
    n_ctx: int

    @property
    def vocabulary(self) -> Tokenizer:
        """Return the model's tokenizer."""

    @property
    def placement(self) -> str:
        """Say where the model really runs."""

    def count(self, text: str) -> int:
        """Return the number of tokens of a text."""

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        """Yield a Chunk for each token, then one Completion.

        Raises:
            ContextFull: prompt and `max_tokens` exceed the context.
        """

    def generate_many(
        self, prompts: Iterable[Prompt | None], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        """Continue many prompts in one batch; yield the number of a prompt with what came of it.

        A prompt is asked for when there is a place for it, after everything that was yielded so
        far: a later one may continue an earlier answer. None means none for now; with no answer
        under way, or at the end of `prompts`, that is the end. Nones have no number.

        Raises:
            ContextFull: a prompt and its `max_tokens` exceed the context.
        """

    def score(
        self, texts: Sequence[tuple[str, str]], should_stop: Callable[[], bool] = never
    ) -> list[Score]:
        """Return the log-probabilities of texts, each given a prefix: pairs (prefix, text).

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: a pair exceeds the context.
        """

    def score_tokens(
        self,
        spans: Sequence[tuple[list[int], list[int]]],
        should_stop: Callable[[], bool] = never,
    ) -> list[Score]:
        """Return the log-probabilities of tokens, each given a prefix of at least one token.

        Raises:
            Interrupted: `should_stop` said so.
            ContextFull: a pair exceeds the context.
        """

    def watch(self, told: Callable[[int], None]) -> None:
        """Have someone hear how many tokens of a long prompt are evaluated, as it goes on."""

    def forget(self) -> None:
        """Drop what earlier prompts left in caches: what follows depends on nothing before it."""

    def close(self) -> None:
        """Free the model."""

    def __enter__(self) -> Engine:
        """Return the engine itself."""

    def __exit__(self, *_: object) -> None:
        """Free the model."""
