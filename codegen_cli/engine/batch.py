"""Many answers in one llama.cpp batch, with continuous batching.

Every step decodes one batch: the newest token of each answer under way, and prompts in the room
that is left. A finished answer frees its place at once for the next request; requests wait while
the KV cache has no room for their longest possible answer.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from codegen_cli.engine.answer import Answer
from codegen_cli.engine.context import Context, Entry
from codegen_cli.engine.draft import DraftControl, Drafter
from codegen_cli.engine.logprob import logprob_of
from codegen_cli.engine.prefix_cache import PrefixCache, Sequence, common_prefix
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.engine.sampler import Sampler
from codegen_cli.engine.vocabulary import Vocabulary
from codegen_cli.engine.waiting import Waiting
from codegen_cli.errors import Interrupted
from codegen_cli.program import Stopper
from codegen_cli.settings import Sampling


@dataclass(frozen=True, slots=True)
class Request:
    """A prompt to continue, as tokens (at least one), and how.

    `control` goes with the drafter; what it learns of one answer holds for the next.
    """

    tokens: list[int]
    sampling: Sampling
    stopper: Stopper
    drafter: Drafter | None = None
    banned: tuple[int, ...] = ()
    control: DraftControl = field(default_factory=DraftControl)

    @property
    def cells(self) -> int:
        """Return the cells of prompt and longest answer; its last token is never evaluated."""
        return len(self.tokens) + self.sampling.max_tokens - 1


class _Slot:
    """A request under way: its line in the cache and its tokens that wait to be evaluated.

    `guesses` go with the last of them. `outputs` are the entries of the last batch whose logits
    belong to it, one and then one a guess; none before the prompt ends.
    """

    def __init__(
        self, number: int, request: Request, sequence: Sequence, vocabulary: Vocabulary
    ) -> None:
        known = len(sequence.tokens)
        self.number = number
        self.request = request
        self.sequence = sequence
        self.todo = list(request.tokens[known:])
        self.guesses: list[int] = []
        self.outputs: range = range(0)
        self.drafted = self.accepted = 0
        if request.drafter is not None:
            request.drafter.observe(request.tokens)
        self.sampler = Sampler(vocabulary.size, request.sampling, request.banned)
        self.sampler.observe(request.tokens)
        self.answer = Answer(
            len(request.tokens), known, request.sampling.max_tokens, request.stopper, vocabulary
        )

    @property
    def missing_cells(self) -> int:
        """Return how many more cells it may need."""
        return self.request.cells - len(self.sequence.tokens)

    def guess(self) -> None:
        """Guess what follows the token that waits to be evaluated."""
        drafter, room = self.request.drafter, self.answer.room - 1
        length = self.request.control.length(room) if drafter and self.answer.tokens else 0
        self.guesses = drafter.draft(length) if drafter and length else []

    def will_share(self, prompt: list[int]) -> int:
        """Return how much of another prompt is in this one but not evaluated yet."""
        common = common_prefix(self.request.tokens, prompt)
        return common if common > len(self.sequence.tokens) else 0


class Batch:
    """Decode requests together.

    `strict` decodes each answer alone and only shares prefixes: whatever else is in a batch
    changes the order in which numbers are added up, so the last bits of the logits, and rarely a
    sampled token, depend on it otherwise.
    """

    def __init__(
        self,
        context: Context,
        cache: PrefixCache,
        vocabulary: Vocabulary,
        should_stop: Callable[[], bool],
        *,
        strict: bool = False,
    ) -> None:
        self._context = context
        self._cache = cache
        self._vocabulary = vocabulary
        self._should_stop = should_stop
        self._places = 1 if strict else context.sequences
        self._slots: list[_Slot] = []
        self._started = 0.0

    def run(self, requests: Iterable[Request | None]) -> Iterator[tuple[int, Chunk | Completion]]:
        """Yield the number of a request with a Chunk for each token, then with its Completion.

        A request is taken when there is a place for it; None is none for now (see `Engine`).
        Stopped by the user, all requests under way end with what they have; the others do not
        begin.
        """
        waiting = Waiting(requests)
        try:
            while True:
                self._admit(waiting)
                if not self._slots:
                    return
                if not self._decode():
                    yield from ((slot.number, slot.answer.finish()) for slot in self._slots)
                    return
                for slot in [slot for slot in self._slots if slot.outputs]:
                    yield from self._sample(slot)
        finally:
            for slot in list(self._slots):
                self._free(slot)

    def _admit(self, waiting: Waiting[Request]) -> None:
        """Start waiting requests, in order, while there are places and cells."""
        while len(self._slots) < self._places and (request := waiting.first()) is not None:
            prompt = request.tokens[:-1]
            known = self._cache.common(prompt)
            if any(slot.will_share(prompt) > known for slot in self._slots):
                return
            reserved = sum(slot.missing_cells for slot in self._slots)
            if self._slots and not self._cache.fits(prompt, request.cells, reserved):
                return
            number = waiting.take()
            sequence = self._cache.acquire(prompt, reserved + request.cells - known)
            self._slots.append(_Slot(number, request, sequence, self._vocabulary))

    def _decode(self) -> bool:
        """Evaluate one batch; False when the user stopped it."""
        entries: list[Entry] = []
        # Shortest first, so that answers under way never wait for a long prompt.
        self._slots.sort(key=lambda slot: len(slot.todo))
        if len(self._slots) == 1:
            # With several answers a batch is full of certain tokens; guesses would only cost.
            self._slots[0].guess()
        taken = [self._take(slot, entries) for slot in self._slots]
        if self._should_stop():
            return False
        self._started = time.perf_counter()
        try:
            self._context.decode(entries, self._should_stop)
            for slot, tokens in zip(self._slots, taken, strict=True):
                self._cache.append(slot.sequence, tokens)
                del slot.todo[: len(tokens)]
        except Interrupted:
            return False
        except BaseException:
            # A second Ctrl-C can strike anywhere: drop what the books do not have.
            for slot in self._slots:
                self._context.remove(slot.sequence.number, len(slot.sequence.tokens))
            raise
        return True

    def _take(self, slot: _Slot, entries: list[Entry]) -> list[int]:
        """Add the next tokens of one request to a batch, and its guesses once all of them fit."""
        room = self._context.batch_tokens - len(entries)
        tokens = slot.todo[:room]
        complete = len(tokens) == len(slot.todo)
        certain = len(tokens) - 1
        if complete:
            tokens = tokens + slot.guesses[: room - len(tokens)]
        first, line = len(slot.sequence.tokens), slot.sequence.number
        slot.outputs = range(len(entries) + certain, len(entries) + len(tokens) if complete else 0)
        for i, token in enumerate(tokens):
            entries.append(Entry(token, first + i, line, complete and i >= certain))
        return tokens

    def _sample(self, slot: _Slot) -> Iterator[tuple[int, Chunk | Completion]]:
        """Draw the next tokens of one answer: one, and one more for each guess that was right."""
        if not slot.answer.tokens:
            slot.answer.prompt_done()
        drawn, right = 0, 0
        evaluated = len(slot.sequence.tokens) - (len(slot.outputs) - 1)
        for output in slot.outputs if not slot.answer.ended else ():
            token = slot.sampler.sample(self._context.pointer, output)
            logprob = logprob_of(self._context.logits_V(output), token)
            chunk = slot.answer.take(token, logprob)
            drawn += 1
            yield slot.number, chunk
            if slot.answer.ended or slot.guesses[drawn - 1 : drawn] != [token]:
                break
            right += 1
        self._cache.cut(slot.sequence, evaluated + right)
        if drawn:
            self._learn(slot, drawn, right)
        # Guesses are for one step: later ones may share the batch with other answers.
        slot.guesses = []
        if slot.answer.ended:
            self._free(slot)
            yield slot.number, slot.answer.finish(slot.drafted, slot.accepted)
        else:
            slot.todo = [token]

    def _learn(self, slot: _Slot, drawn: int, right: int) -> None:
        if slot.request.drafter is None:
            return
        slot.request.drafter.observe(slot.answer.tokens[-drawn:])
        seconds = time.perf_counter() - self._started
        if len(slot.answer.tokens) > drawn:
            guessed = len(slot.outputs) - 1
            slot.drafted += guessed
            slot.accepted += right
            slot.request.control.note(guessed, right, drawn, seconds)

    def _free(self, slot: _Slot) -> None:
        self._slots.remove(slot)
        slot.sampler.close()
        self._cache.release(slot.sequence)
