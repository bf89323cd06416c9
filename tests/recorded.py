"""Chats without a keyboard: random steps, retries, undos and jumps, recorded as a chat does."""

from __future__ import annotations

import random
from pathlib import Path

from codegen_cli.engine.base import Engine
from codegen_cli.program import Program
from codegen_cli.program.fold import fold_prompt
from codegen_cli.sessions.provenance import Drawn, build_of, model_provenance
from codegen_cli.sessions.recorder import Recorder
from codegen_cli.sessions.store import SessionStore
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.guard import write_guarded
from codegen_cli.synthesis.turn import TurnResult

STEPS = [
    'Assign the list of numbers [4, 8, 15, 16, 23] to a variable named "values".',
    "Print the largest of values.",
    "Define a function that returns the sum of a list.",
    "Sort the words by length.",
    "Print the result.",
    "Convert the list to a set.",
]


class Chat:
    """A chat that is played by chance: `sampling` changes, answers are retried and left."""

    def __init__(self, engine: Engine, recorder: Recorder, drawn: Drawn, seed: int) -> None:
        self.engine = engine
        self.recorder = recorder
        self.drawn = drawn
        self.chance = random.Random(seed)
        self.programs: dict[int | None, Program] = {None: Program()}
        self.head: int | None = None
        self.parents: dict[int, int | None] = {}
        self.folded: tuple[int, ...] = ()

    def draw(self, step: str, parent: int | None, attempt: int, verb: str) -> None:
        program = self.programs[parent]
        sampling = Sampling(
            temperature=self.chance.choice([0.0, 0.2, 0.8]),
            seed=self.chance.randrange(1000),
            max_tokens=48,
        )
        prompt = fold_prompt(
            program,
            step,
            self.engine.count,
            self.engine.n_ctx,
            sampling.max_tokens,
            before=self.folded,
        )
        self.folded = prompt.turns
        (result,) = [
            item
            for item in write_guarded(
                self.engine, program, step, sampling, attempt=attempt, prompt=prompt.prompt
            )
            if isinstance(item, TurnResult)
        ]
        made = model_provenance(
            result, prompt.prompt, sampling, attempt, self.drawn, folded=prompt.turns
        )
        new = len(self.programs)
        self.recorder.turn(new, parent, result.turn, made, verb)
        self.programs[new] = program.add(result.turn)
        self.parents[new] = parent
        self.head = new

    def operate(self) -> None:
        kind = self.chance.choice(["step", "step", "step", "retry", "undo", "goto"])
        if kind == "retry" and self.head is not None:
            step = self.programs[self.head].turns[-1].step
            self.draw(step, self.parents[self.head], self.chance.randint(1, 3), "retry")
        elif kind == "undo" and self.head is not None:
            self.head = self.parents[self.head]
            self.recorder.move(self.head, "undo")
        elif kind == "goto":
            self.head = self.chance.choice(list(self.programs))
            self.recorder.move(self.head, "goto")
        else:
            self.draw(self.chance.choice(STEPS), self.head, 0, "step")


def record_chat(engine: Engine, path: Path, seed: int, operations: int = 8) -> str:
    """Play a chat in an engine as it was opened, and return its session."""
    engine.forget()
    drawn = Drawn("nano", lambda: "ab" * 32, build_of("llama.cpp", engine.placement))
    recorder = Recorder(
        lambda: SessionStore(path), _raise, prefix=Program().prefix, file=None, model="nano"
    )
    chat = Chat(engine, recorder, drawn, seed)
    chat.draw(STEPS[0], None, 0, "step")
    for _ in range(operations):
        chat.operate()
    recorder.close()
    assert recorder.session is not None
    return recorder.session


def _raise(error: Exception) -> None:
    raise error
