"""An engine without a model: it writes what a function says, one character a token."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import count

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.records import Chunk, Completion, FinishReason, ModelInfo, Score
from codegen_cli.program import Stopper
from codegen_cli.settings import Sampling

#: A fair die with as many sides as there are tokens.
VOCABULARY = 256


class Characters:
    """A token a character; end of text is token 0."""

    def tokenize(self, text: str) -> list[int]:
        return [ord(character) for character in text]

    def prompt(self, text: str) -> list[int]:
        return self.tokenize(text) or [0]

    def piece(self, token: int) -> bytes:
        return chr(token).encode("utf-8", "surrogatepass")


class ReplayEngine:
    """Continue each prompt with `answer(prompt)`, `places` prompts at a time.

    It keeps the rules of the real ones: prompts are asked for as there is room, answers end at
    their stop rule or length, and prompts that do not fit are refused.
    """

    info = ModelInfo("replay", "nowhere", "Mono", "F32", 1, 1, VOCABULARY, 1 << 20, 1)
    placement = "nowhere"

    def __init__(
        self, answer: Callable[[Prompt], str], *, places: int = 3, n_ctx: int = 1 << 20
    ) -> None:
        self._answer = answer
        self._places = places
        self.n_ctx = n_ctx
        self.vocabulary = Characters()
        self.asked: list[Prompt] = []
        self.most_under_way = 0
        self.forgotten = 0

    def count(self, text: str) -> int:
        return len(self.vocabulary.tokenize(text))

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        many = self.generate_many([Prompt(prompt, sampling, stopper)], should_stop)
        return (item for _, item in many)

    def generate_many(
        self, prompts: Iterable[Prompt | None], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        source, under_way, given = iter(prompts), dict[int, _Answer](), count()
        while True:
            while len(under_way) < self._places:
                prompt = next(source, None)
                if prompt is None:
                    break
                needed = len(self.vocabulary.prompt(prompt.text)) + prompt.sampling.max_tokens
                assert prompt.sampling.max_tokens > 0 and needed <= self.n_ctx
                under_way[next(given)] = _Answer(prompt, self._answer(prompt))
                self.asked.append(prompt)
            self.most_under_way = max(self.most_under_way, len(under_way))
            if not under_way:
                return
            for number, answer in list(under_way.items()):
                if should_stop():
                    yield from ((n, a.finish("interrupted")) for n, a in under_way.items())
                    return
                yield number, answer.step()
                if answer.ended:
                    yield number, under_way.pop(number).finish(answer.ended)

    def score(
        self, texts: Sequence[tuple[str, str]], should_stop: Callable[[], bool] = never
    ) -> list[Score]:
        spans = [(self.vocabulary.prompt(p), self.vocabulary.tokenize(t)) for p, t in texts]
        return self.score_tokens(spans, should_stop)

    def score_tokens(
        self,
        spans: Sequence[tuple[list[int], list[int]]],
        should_stop: Callable[[], bool] = never,
    ) -> list[Score]:
        return [Score(tuple(t), (-math.log(VOCABULARY),) * len(t)) for _, t in spans]

    def forget(self) -> None:
        self.forgotten += 1

    def close(self) -> None:
        pass

    def __enter__(self) -> ReplayEngine:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


class _Answer:
    def __init__(self, prompt: Prompt, text: str) -> None:
        self._prompt, self._text = prompt, text
        self._drawn = 0
        self.ended: FinishReason | None = None

    def step(self) -> Chunk:
        stopper = self._prompt.stopper
        if self._drawn == len(self._text):
            self.ended = "eos"
            return Chunk("", 0, 0.0)
        character = self._text[self._drawn]
        shown = stopper.feed(character)
        self._drawn += 1
        if stopper.fired:
            self.ended = "stop"
        elif self._drawn == self._prompt.sampling.max_tokens:
            self.ended = "length"
        return Chunk(shown, ord(character), 0.0)

    def finish(self, reason: FinishReason) -> Completion:
        found = self._prompt.stopper.finish()
        tokens = tuple(map(ord, self._text[: self._drawn]))
        length = len(self._prompt.text)
        return Completion(
            found.text, found.cut, reason, found.rule, tokens, (), length, 0, 0.0, 0.0
        )
