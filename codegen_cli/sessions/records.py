"""What is kept of a chat: frozen records, without a word about how they are stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Literal

from codegen_cli.engine.records import FinishReason
from codegen_cli.program import Program, Turn
from codegen_cli.program.cases import Case
from codegen_cli.program.marks import Marks
from codegen_cli.settings import EngineName, Sampling

#: Who wrote the code of a turn: the model, the file that was opened, or the user.
Origin = Literal["model", "file", "user"]


@dataclass(frozen=True, slots=True)
class Provenance:
    """How a turn came to be: all that is needed to draw it again.

    `seed` is what the answer was drawn with, `sampling.seed` what it was derived from by the place
    of the turn and the `attempt`. `prompt_sha256` is that of the prompt's text as UTF-8, of which
    the engine had `reused_tokens` in its memory: what they were evaluated with decides the last
    bits, and so does whether the engine was `fresh`, and the step was `read` (its perplexity taken)
    before. `folded` are the turns, from 1, that the prompt held in short; `start` is the text that
    the answer was made to begin with; `banned` are the tokens it was not allowed to begin with.
    `tokens` and `logprobs` (natural) are all that was sampled, those of `cut` included. `kept_from`
    is the node of which this is a copy under another parent. `lora` are adapters with their scales.
    A turn of a file or of the user has none of it.
    """

    origin: Origin
    seed: int | None = None
    attempt: int = 0
    sampling: Sampling | None = None
    model: str = ""
    model_sha256: str | None = None
    build: str = ""
    engine: EngineName = "llama.cpp"
    lora: tuple[tuple[str, float], ...] = ()
    prompt_sha256: str = ""
    reused_tokens: int = 0
    fresh: bool = False
    read: bool = False
    folded: tuple[int, ...] = ()
    start: str = ""
    banned: tuple[int, ...] = ()
    tokens: tuple[int, ...] = ()
    logprobs: tuple[float, ...] = ()
    finish_reason: FinishReason | None = None
    stop_rule: str | None = None
    cut: str = ""
    kept_from: int | None = None


@dataclass(frozen=True, slots=True)
class Node:
    """A turn in the tree of a session; `parent` is None for a first turn. Times are Unix."""

    id: int
    parent: int | None
    turn: Turn
    provenance: Provenance
    created: float


@dataclass(frozen=True, slots=True)
class Setup:
    """What a chat is set to beside its turns: what `/set`, `/n`, `/pin`, `/fold` and `/case` say.

    `undone` are the nodes that undo left, for redo, the last one at the end. `templates` are steps
    as they were typed, with the fields of the first case, by what they were filled to.
    """

    sampling: Sampling
    candidates: int = 1
    marks: Marks = field(default_factory=Marks)
    undone: tuple[int, ...] = ()
    cases: tuple[Case, ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class StoredSession:
    """A session as it was left.

    `nodes` are in the order in which they were made: parents come before their children. `head` is
    the last turn of the program, None for none; `pending` says that it was not accepted yet.
    `setup` is None where an older version kept none.
    """

    id: str
    prefix: str
    file: Path | None
    model: str
    created: float
    nodes: tuple[Node, ...]
    head: int | None
    pending: bool
    branches: dict[str, int | None]
    setup: Setup | None = None

    def path(self, node: int | None) -> tuple[Node, ...]:
        """Return the nodes from a first turn to this one."""
        by_id = {item.id: item for item in self.nodes}
        path = []
        while node is not None:
            path.append(by_id[node])
            node = by_id[node].parent
        return tuple(reversed(path))

    def program(self, node: int | None) -> Program:
        """Return the program that ends with a node."""
        program = Program(self.prefix)
        for item in self.path(node):
            if item.provenance.origin == "file":
                # As it stands in the file; what is written after it adds the blank line it lacks.
                program = replace(program, turns=(*program.turns, item.turn))
            else:
                program = program.add(item.turn)
        return program


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """A session in a list. `turns` counts those of its program, `drawn` all that were made."""

    id: str
    created: float
    updated: float
    file: Path | None
    model: str
    turns: int
    drawn: int
    first_step: str
    last_step: str


@dataclass(frozen=True, slots=True)
class Match:
    """A turn that a search found."""

    session: str
    node: int
    step: str
    code: str


@dataclass(frozen=True, slots=True)
class Save:
    """A program that was written to a file: the last turn of it, and when."""

    session: str
    node: int | None
    file: Path
    created: float
