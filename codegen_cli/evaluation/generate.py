"""Draw samples with an engine: the answers of many tasks in one batch, turn after turn."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Completion
from codegen_cli.evaluation.task import Row, Task, Turn, row_of
from codegen_cli.program import Rule, StopWatcher
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import turn_seed

#: A one-shot answer to several steps has several prints and functions.
_ONE_SHOT = frozenset({Rule.SECOND_PRINT, Rule.SECOND_DEF})


def generate_samples(
    engine: Engine, tasks: Iterable[Task], should_stop: Callable[[], bool] = never
) -> Iterator[Row]:
    """Yield the row of each task as it is finished; a stopped one has none.

    Tasks are begun in order, as the engine has places; the next turn of a sample goes before a
    new sample. The caches are emptied first: the same tasks in the same order give the same rows,
    to the byte, on the same machine.

    Raises:
        CodegenError: the engine failed.
    """
    engine.forget()
    feed = _Feed(engine, tasks)
    for number, item in engine.generate_many(feed, should_stop):
        if isinstance(item, Completion):
            feed.take(number, item)
        yield from feed.finished()
    yield from feed.finished()


class _Feed(Iterator[Prompt | None]):
    """The prompts of tasks in the order in which they can be had."""

    def __init__(self, engine: Engine, tasks: Iterable[Task]) -> None:
        self._engine = engine
        self._tasks = iter(tasks)
        self._ready: deque[tuple[_Chain, Prompt]] = deque()
        self._running: dict[int, _Chain] = {}
        self._given = 0
        self._finished: list[Row] = []

    def __next__(self) -> Prompt | None:
        while not self._ready:
            task = next(self._tasks, None)
            if task is not None:
                self._go_on(_Chain(task))
            elif self._running:
                return None
            else:
                raise StopIteration
        chain, prompt = self._ready.popleft()
        self._running[self._given] = chain
        self._given += 1
        return prompt

    def take(self, number: int, completion: Completion) -> None:
        """Take the answer to a prompt that was given out."""
        chain = self._running.pop(number)
        if completion.finish_reason != "interrupted":
            chain.add(completion)
            self._go_on(chain)

    def finished(self) -> Iterator[Row]:
        """Yield the rows that were finished since the last call."""
        rows, self._finished = self._finished, []
        yield from rows

    def _go_on(self, chain: _Chain) -> None:
        prompt = chain.prompt(self._engine)
        if prompt is None:
            self._finished.append(row_of(chain.task, chain.turns))
        else:
            self._ready.append((chain, prompt))


class _Chain:
    """A sample under way: its text so far and its turns."""

    def __init__(self, task: Task) -> None:
        self.task = task
        self.turns: list[Turn] = []
        self._text = task.prefix

    def prompt(self, engine: Engine) -> Prompt | None:
        """Return what the engine is to continue next; None when the sample is finished.

        New tokens are capped to the room in the context. Where there is none, the completion is
        empty: the released script would stop there (`mtpb_sample.py` asserts it).
        """
        task = self.task
        while len(self.turns) < len(task.steps):
            text = self._text + task.steps[len(self.turns)]
            room = engine.n_ctx - len(engine.vocabulary.prompt(text))
            if room > 0:
                sampling = Sampling(
                    task.temperature,
                    task.top_p,
                    max_tokens=min(task.max_tokens, room),
                    seed=turn_seed(task.seed, len(self.turns)),
                )
                return Prompt(text, sampling, _stopper(task))
            self._close("", 0, "overflow", None)
        return None

    def add(self, completion: Completion) -> None:
        """Append the answer to the last prompt."""
        self._close(
            completion.text,
            completion.generated_tokens,
            completion.finish_reason,
            completion.rule,
        )

    def _close(self, text: str, tokens: int, reason: str, rule: str | None) -> None:
        step = self.task.steps[len(self.turns)]
        self.turns.append(Turn(step, text, tokens, reason, rule and str(rule)))
        self._text += step + text + self.task.tail


def _stopper(task: Task) -> StopWatcher:
    return StopWatcher(_ONE_SHOT if task.stop_rules == "terminals" else frozenset())
