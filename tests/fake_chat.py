"""A chat for tests: lines come from a list, and the engine is a script too."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext

from scripted import InProcess

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.records import Chunk, Completion, ModelInfo
from codegen_cli.files import write_output
from codegen_cli.program import Program, Stopper
from codegen_cli.repl.chat import Chat
from codegen_cli.repl.read import PlainReader, Toolbar, prompt_text
from codegen_cli.repl.render import View
from codegen_cli.repl.running import Running
from codegen_cli.repl.session import Session
from codegen_cli.repl.store import Store
from codegen_cli.settings import Sampling

#: What the engine does for a draw: text to write, an error to raise, or a Ctrl-C after the text.
Act = str | BaseException | tuple[str, KeyboardInterrupt]


class FakeEngine:
    """Write what the script says, a word a token, and remember what was asked."""

    info = ModelInfo("fake", "fake.gguf", "Mono", "Q8_0", 1, 1, 1, 100, 1)
    n_ctx = 1000
    placement = "CPU, 1 thread"

    def __init__(self, *script: Act) -> None:
        self.script = list(script)
        self.prompts: list[str] = []
        self.samplings: list[Sampling] = []

    @property
    def vocabulary(self) -> FakeEngine:
        return self

    def tokenize(self, text: str) -> list[int]:
        return [7]

    def count(self, text: str) -> int:
        return len(text.split())

    def generate(
        self,
        prompt: str,
        sampling: Sampling,
        stopper: Stopper,
        should_stop: Callable[[], bool] = never,
    ) -> Iterator[Chunk | Completion]:
        self.prompts.append(prompt)
        self.samplings.append(sampling)
        act = self.script.pop(0)
        if isinstance(act, BaseException):
            raise act
        text = act if isinstance(act, str) else act[0]
        for word in text.splitlines(keepends=True):
            yield Chunk(stopper.feed(word), 1, 0.0)
        cut, rule = stopper.finish(), stopper.fired
        reason = "stop" if rule else "eos" if isinstance(act, str) else "interrupted"
        tokens = tuple(range(len(text.split())))
        yield Completion(cut.text, cut.cut, reason, rule, tokens, (), 9, 4, 0.1, 0.1)  # type: ignore[arg-type]

    def generate_many(
        self, prompts: list[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        for number, asked in enumerate(prompts):
            for item in self.generate(asked.text, asked.sampling, asked.stopper, should_stop):
                yield number, item

    def watch(self, told: Callable[[int], None]) -> None:
        """Tell nobody."""

    def close(self) -> None:
        """Do nothing."""


class Script:
    """Answer every read and every question from a list; an exception in it is raised."""

    def __init__(self, *lines: str | BaseException, terminal: bool = True) -> None:
        self.is_terminal = self.attended = terminal
        self.opens_line = False
        self.lines = list(lines)
        self.prompts: list[str] = []

    def read(self, number: int, toolbar: Toolbar, text: str = "", *, opened: bool = False) -> str:
        return self._next(f"{prompt_text(number, opened=opened)}{text}{toolbar(80)}")

    def ask(self, question: str) -> str:
        return self._next(question)

    def held(self) -> AbstractContextManager[None]:
        return nullcontext()

    def released(self) -> AbstractContextManager[None]:
        return nullcontext()

    def _next(self, prompt: str) -> str:
        self.prompts.append(prompt)
        line = self.lines.pop(0) if self.lines else EOFError()
        if isinstance(line, BaseException):
            raise line
        return line


@contextmanager
def uninterrupted() -> Iterator[Callable[[], bool]]:
    yield never


def make(
    engine: FakeEngine,
    reader: Script | PlainReader,
    program: Program | None = None,
    running: Running | None = None,
) -> Chat:
    session = Session(program or Program(""), Sampling())
    running = running or Running(InProcess)
    return Chat(engine, session, Store(write_output), reader, View(), uninterrupted, running)
