"""What guessing tokens brings: the same greedy answers without and with it, in turns.

    python -m benchmarks.speculation --data mtpb.jsonl --problems 40
    python -m benchmarks.speculation --model TARGET.gguf --draft DRAFT.gguf

Texts: code that repeats itself (a class whose next method is begun, and edits that go on with a
pattern), and with `--data` the programs that the model writes for MTPB's steps. Guesses come from
the program's own text, or from a smaller model. The two ways take turns text by text. The speed-up
of a text is the ratio of its seconds of decoding; medians are over the texts. With one thread the
clock is the CPU time of the thread, which other processes do not lengthen; the policy that decides
how much to guess sees the same clock.
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from codegen_cli.bench.texts import repetitive
from codegen_cli.engine.llama_engine import LlamaEngine
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop, Program, Stopper, StopWatcher, Turn
from codegen_cli.program.problem import parse_jsonl, steps_for
from codegen_cli.registry.find import find_model
from codegen_cli.settings import PROGRAM_PREFIX, EngineSettings, Sampling

_FIELDS = ("name", "size", "owner", "price", "color", "state", "index", "value", "depth", "title")


def edits() -> list[str]:
    """Return programs in which an edit was made to some of many places that are alike."""
    asserts = "".join(f"assert get_{name}(box) == box.{name}\n" for name in _FIELDS)
    checks = "".join(f"    if {name} is None:\n        {name} = 0\n" for name in _FIELDS)
    names = ", ".join(_FIELDS)
    table = "".join(f'    "{name}": ("{name}", None),\n' for name in _FIELDS)
    return [
        f"{asserts}\n{asserts.replace('box', 'item')[:90]}",
        f"def clean({names}):\n{checks}\n\ndef tidy({names}):\n    if name",
        f"columns = {{\n{table}}}\n\nother_columns = {{\n{table[:60]}",
        repetitive(),
    ]


@dataclass
class Kind:
    """What came of the texts of one kind."""

    ratios: list[float] = field(default_factory=list)
    tokens: int = 0
    guessed: int = 0
    right: int = 0
    different: int = 0

    def add(self, plain: list[Completion], guessed: list[Completion]) -> None:
        """Take the answers to a text of both ways."""
        seconds = [sum(c.generation_seconds for c in way) for way in (plain, guessed)]
        self.ratios.append(seconds[0] / seconds[1])
        self.tokens += sum(len(c.tokens) for c in plain)
        self.guessed += sum(c.drafted_tokens for c in guessed)
        self.right += sum(c.accepted_tokens for c in guessed)
        self.different += [c.tokens for c in plain] != [c.tokens for c in guessed]

    def report(self) -> dict[str, float]:
        """Return the figures."""
        return {
            "texts": len(self.ratios),
            "tokens": self.tokens,
            "guessed": self.guessed,
            "right": self.right / self.guessed if self.guessed else 0.0,
            "speed-up": statistics.median(self.ratios),
            "lowest": min(self.ratios),
            "highest": max(self.ratios),
            "different": self.different,
        }


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--model", default="nano")
    parser.add_argument("--draft", help="a smaller model that guesses, instead of the text itself")
    parser.add_argument("--data", type=Path, help="MTPB's problems")
    parser.add_argument("--problems", type=int, default=40)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--new", type=int, default=128)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument(
        "--flash", action=argparse.BooleanOptionalAction, help="flash attention; the engine's rule"
    )
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.threads == 1:
        time.perf_counter = time.thread_time
    settings = EngineSettings("0", options.threads, flash=options.flash)
    path = find_model(options.model)
    with LlamaEngine(path, settings) as plain, LlamaEngine(path, settings) as guessing:
        if options.draft:
            guessing.draft_with_model(find_model(options.draft))
        else:
            guessing.draft_with_text([])
        for engine in (plain, guessing):
            answer(engine, "x = 1\n", NoStop(), 4)
        kinds = {"repeated code": repeated(plain, guessing, options)}
        if options.data:
            kinds["MTPB programs"] = mtpb(plain, guessing, options)
        name = f"{plain.info.name} {plain.info.file_type}, {plain.placement}"
    report = {kind: found.report() for kind, found in kinds.items()}
    print(json.dumps(report, indent=2) if options.json else table(name, report))


def repeated(plain: LlamaEngine, guessing: LlamaEngine, options: argparse.Namespace) -> Kind:
    """Let both go on with code that repeats itself."""
    kind = Kind()
    for number in range(options.rounds):
        for text in edits():
            prompt = f"# {number}\n{text}"
            both = [[answer(engine, prompt, NoStop(), options.new)] for engine in (plain, guessing)]
            kind.add(*both)
    return kind


def mtpb(plain: LlamaEngine, guessing: LlamaEngine, options: argparse.Namespace) -> Kind:
    """Let both write programs, a turn for each step, for the first input of each problem."""
    kind = Kind()
    problems = parse_jsonl(options.data.read_text(encoding="utf-8"))[: options.problems]
    for problem in problems:
        program, ours, theirs = Program(prefix=PROGRAM_PREFIX), [], []
        for step in steps_for(problem):
            prompt = program.prompt(step)
            done = [answer(e, prompt, StopWatcher(), options.new) for e in (plain, guessing)]
            theirs.append(done[0])
            ours.append(done[1])
            program = program.add(Turn(step, done[0].text.rstrip()))
        kind.add(theirs, ours)
    return kind


def answer(engine: LlamaEngine, prompt: str, stopper: Stopper, new: int) -> Completion:
    """Return a greedy answer."""
    *_, last = engine.generate(prompt, Sampling(temperature=0.0, max_tokens=new), stopper)
    assert isinstance(last, Completion)
    return last


def table(name: str, report: dict[str, dict[str, float]]) -> str:
    """Return the figures as a Markdown table."""
    shown: dict[str, Callable[[float], str]] = {
        "texts": "{:.0f}".format,
        "tokens": "{:.0f}".format,
        "guessed": "{:.0f}".format,
        "right": "{:.0%}".format,
        "speed-up": "{:.2f}".format,
        "lowest": "{:.2f}".format,
        "highest": "{:.2f}".format,
        "different": "{:.0f}".format,
    }
    rows = [name, "", f"| | {' | '.join(shown)} |", "|---" * (len(shown) + 1) + "|"]
    rows += [
        f"| {kind} | " + " | ".join(form(row[key]) for key, form in shown.items()) + " |"
        for kind, row in report.items()
    ]
    return "\n".join(rows)


if __name__ == "__main__":
    main()
