"""One engine for many threads: what they ask for at the same time is decoded in one batch."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from codegen_cli.engine.base import Engine, Prompt, never
from codegen_cli.engine.records import Chunk, Completion
from codegen_cli.program import Stopper
from codegen_cli.sandbox import Check, Execution, Sandbox, Script, Verdict
from codegen_cli.settings import Sampling

T = TypeVar("T")
R = TypeVar("R")

#: Tasks under way at a time.
_THREADS = 24


class SharedEngine:
    """What a strategy sees: an engine that waits for the others, and counts its own tokens."""

    def __init__(self, desk: _Desk, engine: Engine) -> None:
        self.tokens = 0
        self.info, self.n_ctx, self.placement = engine.info, engine.n_ctx, engine.placement
        self.count, self.close = engine.count, engine.close
        self._desk = desk

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        """Continue one prompt."""
        many = self.generate_many([Prompt(prompt, sampling, stopper)], should_stop)
        return (item for _, item in many)

    def generate_many(
        self, prompts: Sequence[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        """Continue prompts, together with those of the other threads."""
        answers = self._desk.ask(prompts)
        self.tokens += sum(answer.generated_tokens for answer in answers)
        yield from enumerate(answers)


class SharedSandbox:
    """A sandbox that one thread at a time uses."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._lock = threading.Lock()

    def map(
        self, jobs: Iterable[Script | Check], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Execution | Verdict]]:
        """Run programs."""
        with self._lock:
            yield from self._sandbox.map(jobs, should_stop)


class _Desk:
    """Collects questions until every thread has asked or finished."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.asked: list[tuple[Sequence[Prompt], Future[list[Completion]]]] = []
        self.running = 0

    def ask(self, prompts: Sequence[Prompt]) -> list[Completion]:
        answer: Future[list[Completion]] = Future()
        with self.changed:
            self.asked.append((prompts, answer))
            self.changed.notify()
        return answer.result()


def together(
    engine: Engine, tasks: Iterable[T], work: Callable[[SharedEngine, T], R]
) -> Iterator[R]:
    """Do the work of many tasks at once, each in a thread; yield the results in order.

    The model computes in this thread. The texts do not depend on who else is in a batch, as far as
    the file's type lets the engine promise that (docs/engine.md).
    """
    desk = _Desk()

    def run(task: T) -> R:
        try:
            return work(SharedEngine(desk, engine), task)
        finally:
            with desk.changed:
                desk.running -= 1
                desk.changed.notify()

    waiting = list(tasks)
    for begin in range(0, len(waiting), _THREADS):
        part = waiting[begin : begin + _THREADS]
        desk.running = len(part)
        with ThreadPoolExecutor(len(part)) as pool:
            results = [pool.submit(run, task) for task in part]
            while desk.running:
                with desk.changed:
                    desk.changed.wait_for(lambda: len(desk.asked) == desk.running)
                    asked, desk.asked = desk.asked, []
                _answer(engine, asked)
        yield from (result.result() for result in results)


def _answer(engine: Engine, asked: list[tuple[Sequence[Prompt], Future[list[Completion]]]]) -> None:
    prompts = [prompt for some, _ in asked for prompt in some]
    try:
        many = engine.generate_many(prompts)
        done = {number: item for number, item in many if isinstance(item, Completion)}
    except BaseException as error:
        for _, answer in asked:
            answer.set_exception(error)
        raise
    answers = iter(done[number] for number in range(len(prompts)))
    for some, answer in asked:
        answer.set_result([next(answers) for _ in some])
