"""An engine that writes what a test says, and a runner for programs that a test wrote itself."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from codegen_cli.engine.base import Prompt, never
from codegen_cli.engine.records import Chunk, Completion, ModelInfo
from codegen_cli.program import Stopper
from codegen_cli.sandbox import Check, Execution, Script, Variable, Verdict
from codegen_cli.settings import Sampling

#: What the engine writes: the prompt's last line and the number of the answer in the batch that
#: asks for it, in; the code and its log-probability, out.
Writer = Callable[[str, int], tuple[str, float]]

INFO = ModelInfo("fake", "fake.gguf", "Mono", "Q8_0", 1, 1, 1, 2048, 1)


@dataclass
class ScriptedEngine:
    """Answer each prompt of a batch as the script says, a line a token."""

    script: Writer
    batches: list[list[Prompt]] = field(default_factory=list)
    info: ModelInfo = INFO
    n_ctx: int = 2048
    placement: str = "CPU, 1 thread"

    def count(self, text: str) -> int:
        return len(text.split())

    def close(self) -> None:
        pass

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
        self, prompts: Sequence[Prompt], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Chunk | Completion]]:
        self.batches.append(list(prompts))
        for number, prompt in enumerate(prompts):
            if should_stop():
                return
            text, logprob = self.script(prompt.text.splitlines()[-1], number)
            yield number, Chunk(prompt.stopper.feed(text), 1, logprob)
            cut = prompt.stopper.finish()
            yield (
                number,
                Completion(cut.text, cut.cut, "stop", None, (1,), (logprob,), 10, 5, 0.1, 0.2),
            )


@dataclass
class InProcess:
    """Run programs right here, the last job first, as a sandbox may answer in any order."""

    sources: list[str] = field(default_factory=list)
    closed: bool = False

    def close(self) -> None:
        self.closed = True

    def map(
        self, jobs: Iterable[Script | Check], should_stop: Callable[[], bool] = never
    ) -> Iterator[tuple[int, Execution | Verdict]]:
        for number, job in reversed(list(enumerate(jobs))):
            if should_stop():
                return
            assert isinstance(job, Script)
            self.sources.append(job.source)
            yield number, run(job.source)


def run(source: str) -> Execution:
    """Run a program that the test wrote."""
    stdout, space = io.StringIO(), {"__name__": "__main__"}
    status, error, line, printed = "ok", "", None, []
    space["print"] = lambda *args: (printed.extend(args[:1]), print(*args, file=stdout))
    try:
        with contextlib.redirect_stdout(stdout):
            exec(compile(source, "<program>", "exec"), space)  # noqa: S102
    except SystemExit:
        status = "exit"
    except Exception as caught:
        status, error = "exception", f"{type(caught).__name__}: {caught}"
        trace = caught.__traceback__
        while trace:
            line, trace = trace.tb_lineno, trace.tb_next
    variables = tuple(
        Variable(name, type(value).__name__, name if callable(value) else repr(value))
        for name, value in space.items()
        if not name.startswith("_") and name not in ("np", "print")
    )
    return Execution(
        status,  # type: ignore[arg-type]
        stdout.getvalue(),
        error=error,
        error_line=line,
        variables=variables,
        last_print=printed[-1] if printed else None,
        printed=bool(printed),
    )
