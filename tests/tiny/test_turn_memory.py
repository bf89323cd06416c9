"""Growing, undoing, redoing, editing and branching cost exactly the tokens that are new."""

from __future__ import annotations

import random

from codegen_cli.engine.llama_engine import SEQUENCES, LlamaEngine
from codegen_cli.engine.prefix_cache import common_prefix
from codegen_cli.engine.records import Completion
from codegen_cli.program import NoStop, Program, Turn
from codegen_cli.registry.find import find_model
from codegen_cli.settings import EngineSettings, Sampling

OPERATIONS = 1000
GREEDY = Sampling(temperature=0, max_tokens=3)
STEPS = ["Print 1.", "Sort the list.", "Add one to x.", "Return it."]
CODES = ["print(1)", "x = x + 1", "values = sorted(values)", "def f(y):\n    return y"]


class Session:
    """A program with an undo and redo stack and named branches, as a person uses them."""

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)
        self.program = Program()
        self.undone: list[Program] = []
        self.branches = [Program()]

    def operate(self) -> None:
        """Do one random thing."""
        kind = self.draw.choice(["add", "add", "undo", "redo", "edit", "branch", "switch"])
        turns = self.program.turns
        if kind == "add" and len(turns) < 12:
            self.undone.clear()
            self.program = self.program.add(self.turn())
        elif kind == "undo" and turns:
            self.undone.append(self.program)
            self.program = self.program.undo(self.draw.randint(1, len(turns)))
        elif kind == "redo" and self.undone:
            self.program = self.undone.pop()
        elif kind == "edit" and turns:
            self.program = self.program.replace(self.draw.randrange(len(turns)), self.turn())
        elif kind == "branch":
            self.branches.append(self.program)
        elif kind == "switch":
            self.program = self.draw.choice(self.branches)

    def turn(self) -> Turn:
        """Return a random turn."""
        return Turn(self.draw.choice(STEPS), self.draw.choice(CODES))


class Prediction:
    """What a cache of some lines must know: each new text extends a line or adds one."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.lines: list[list[int]] = []  # least recently used first

    def reused(self, prompt: list[int]) -> int:
        """Return how many first tokens of a prompt are known."""
        return max((common_prefix(line, prompt[:-1]) for line in self.lines), default=0)

    def note(self, prompt: list[int], answer: list[int]) -> None:
        """Follow what was evaluated."""
        known = self.reused(prompt)
        extended = [line for line in self.lines if line == prompt[:known]]
        if extended:
            self.lines.remove(extended[0])
        elif len(self.lines) == self.room:
            nearest = [line for line in self.lines if common_prefix(line, prompt[:-1]) == known]
            del self.lines[1 if known and self.lines[0] is nearest[-1] else 0]
        self.lines.append(prompt + answer)


def complete(engine: LlamaEngine, prompt: str) -> Completion:
    *_, last = engine.generate(prompt, GREEDY, NoStop())
    assert isinstance(last, Completion)
    return last


def test_a_thousand_random_operations_evaluate_only_what_is_new() -> None:
    """The prediction knows only the texts; an engine without memory checks some of the answers."""
    session, prediction, checked = Session(8), Prediction(SEQUENCES), 0
    settings = EngineSettings(threads=1, kv_tokens=60_000)
    with (
        LlamaEngine(find_model("nano"), settings) as engine,
        LlamaEngine(find_model("nano"), EngineSettings(threads=1)) as fresh,
    ):
        for number in range(OPERATIONS):
            session.operate()
            prompt = session.program.prompt("Print the result.")
            tokens = engine.vocabulary.tokenize(prompt)
            answer = complete(engine, prompt)
            assert answer.reused_tokens == prediction.reused(tokens), f"operation {number}"
            prediction.note(tokens, list(answer.tokens[:-1]))
            if number % 20 == 0:
                fresh._cache.forget()
                cold = complete(fresh, prompt)
                assert cold.reused_tokens == 0 and cold.tokens == answer.tokens
                checked += 1
    assert checked == OPERATIONS // 20
