"""The state of a chat: the tree of its turns, and which of them still wait. No I/O."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from codegen_cli.errors import UsageError
from codegen_cli.program import Program, Turn
from codegen_cli.program.marks import Marks
from codegen_cli.program.tree import Node, Place, Tree
from codegen_cli.repl.sampling import change
from codegen_cli.sessions.records import Setup
from codegen_cli.settings import Sampling
from codegen_cli.synthesis.turn import TurnResult

#: A turn and its place in the program, counted from 1.
Numbered = tuple[int, Turn]


@dataclass(frozen=True, slots=True)
class Draw:
    """What to ask the engine for, the arguments of `write_turn`, and where the answer belongs.

    `later` are the turns after a reworded one, which follow it as they are.
    """

    program: Program
    step: str
    sampling: Sampling
    attempt: int = 0
    start: str = ""
    place: Place = None
    later: tuple[Node, ...] = ()


class Session:
    """A program that grows by transactions.

    An answer is `pending` until the next step, or an explicit accept, makes it part of `program`.
    The functions of `asking` only say what to draw; `take` puts the answer in the tree, so whatever
    fails in between leaves the program as it was. No answer leaves the tree again.
    """

    def __init__(
        self,
        program: Program | Tree,
        sampling: Sampling,
        *,
        pending: bool = False,
        results: Mapping[int, TurnResult] | None = None,
        attempts: Mapping[tuple[Place, str], int] | None = None,
        copies: Mapping[int, int] | None = None,
        setup: Setup | None = None,
    ) -> None:
        """Go on with a program, or with a tree, whose head may still be `pending`."""
        self.tree = program if isinstance(program, Tree) else Tree.of(program)
        self.sampling = sampling
        self.start = ""
        self.candidates = setup.candidates if setup else 1
        self.marks = setup.marks if setup else Marks()
        self.cases = list(setup.cases) if setup else []
        self.templates = dict(setup.templates) if setup else {}
        self.results = dict(results or {})
        self._partial: tuple[Place, Draw, list[TurnResult]] | None = None
        self.copies = dict(copies or {})
        self._accepted = set(self.tree.nodes) - ({self.tree.head} if pending else set())
        self._attempts = dict(attempts or {})
        self._saved = self.program.source

    @property
    def pending(self) -> Node | None:
        """Return the turn that waits to be accepted."""
        head = self.tree.head
        return self.tree.nodes[head] if head is not None and head not in self._accepted else None

    @property
    def partial(self) -> tuple[Draw, list[TurnResult]] | None:
        """Return the answers that were interrupted here, best first, and what they are for."""
        if self._partial is None or self._partial[0] != self.tree.head:
            return None
        return self._partial[1:]

    @property
    def program(self) -> Program:
        """Return the program without the pending turn."""
        pending = self.pending
        return self.tree.program(pending.parent if pending else self.tree.head)

    @property
    def shown(self) -> Program:
        """Return the program with the pending turn."""
        return self.tree.program(self.tree.head)

    @property
    def setup(self) -> Setup:
        """Return what the chat is set to beside its turns."""
        return Setup(
            self.sampling,
            self.candidates,
            self.marks,
            self.tree.undone,
            tuple(self.cases),
            dict(self.templates),
        )

    @property
    def unsaved(self) -> bool:
        """Say whether the shown program differs from what was opened or saved."""
        return self.shown.source != self._saved

    def mark_saved(self) -> None:
        """Note that the shown program is on disk now."""
        self._saved = self.shown.source

    def take(self, draw: Draw, result: TurnResult) -> bool:
        """Make a whole answer the pending turn; set an interrupted one aside and say no."""
        if result.interrupted:
            self.set_aside(draw, [result])
            return False
        self._put(draw, result)
        return True

    def set_aside(self, draw: Draw, results: Sequence[TurnResult]) -> None:
        """Note what was written before an interruption, best first; the program stays as it is."""
        written = [result for result in results if not result.is_empty]
        self._partial = (self.tree.head, draw, written) if written else None

    def take_all(self, draw: Draw, results: Sequence[TurnResult]) -> list[int]:
        """Put several answers to one step in the tree; the first is the pending turn.

        A turn that later ones follow gets the best answer alone.
        """
        places = [self._put(draw, result) for result in results[: 1 if draw.later else None]]
        if not draw.later:
            self.tree = self.tree.goto(places[0])
        key = (draw.place, draw.step)
        self._attempts[key] = max(self._attempts.get(key, 0), draw.attempt + self.candidates - 1)
        return places

    def next_attempt(self, node: Node) -> int:
        """Count one more draw of a turn's step at its place and return its number.

        Counted here and not in `take`: a draw that was interrupted must not come again.
        """
        key = (node.parent, node.turn.step)
        self._attempts[key] = self._attempts.get(key, 0) + 1
        return self._attempts[key]

    def last_turn(self, verb: str) -> Node:
        """Return the turn that the program ends in. Raises UsageError when there is none."""
        if self.tree.head is None:
            raise UsageError(
                f"there is no turn, so there is nothing to {verb}", "type a step first"
            )
        return self.tree.nodes[self.tree.head]

    def keep_partial(self) -> list[int]:
        """Put what was written before an interruption in the tree; the first is the pending turn.

        Raises:
            UsageError: nothing was interrupted.
        """
        if self.partial is None:
            raise UsageError("no answer was interrupted", "type a step first")
        return self.take_all(*self.partial)

    def forget_partial(self) -> None:
        """Forget the answer that was interrupted."""
        self._partial = None

    def accept(self) -> Numbered | None:
        """Keep the pending turn."""
        pending = self.pending
        if pending is None:
            return None
        self._accepted.add(pending.id)
        return len(self.tree.way(pending.id)), pending.turn

    def drop(self) -> Numbered:
        """Go back before the pending turn.

        Raises:
            UsageError: nothing is pending.
        """
        pending = self.pending
        if pending is None:
            hint = "/undo takes kept turns back" if self.tree.nodes else "type a step first"
            raise UsageError("no turn is pending, so there is nothing to drop", hint)
        number = len(self.tree.way(pending.id))
        self.tree = self.tree.goto(pending.parent)
        return number, pending.turn

    def undo(self, count: int = 1) -> list[Numbered]:
        """Take back the last turns, the pending one first, and return them.

        Raises:
            UsageError: there are not that many.
        """
        before = self.shown
        self.tree = self.tree.undo(count)
        return _numbered(before, len(before.turns) - count)

    def redo(self) -> list[Numbered]:
        """Bring back what the last undo took and return it.

        Raises:
            UsageError: nothing was undone, or a pending turn stands in its place.
        """
        pending, undone = self.pending, self.tree.undone
        if pending and undone and self.tree.goto(pending.parent).is_ahead(undone[-1]):
            raise UsageError("a turn is pending where the undone one was", "/drop it first")
        kept = len(self.shown.turns)
        self.tree = self.tree.redo()
        return _numbered(self.shown, kept)

    def goto(self, place: Place) -> None:
        """Go to a place of the tree. Raises UsageError when nothing is there."""
        self.tree = self.tree.goto(place)

    def pick(self, answer: int) -> None:
        """Take another answer to the last step in the place of the one that is there."""
        if self.tree.head is not None:
            self.marks = self.marks.follow(self._original(self.tree.head), self._original(answer))
        self.goto(answer)

    def places(self) -> list[tuple[str, str]]:
        """Return the names of places, and the turns by their ids, each with a word about it."""
        names = [(name, "branch") for name in sorted(self.tree.branches)]
        return names + [(f"#{node.id}", node.turn.step) for node in self.tree.nodes.values()]

    def branch(self, name: str) -> None:
        """Name the place where the program is; a pending turn is kept by it.

        Raises:
            UsageError: it cannot be told from a number.
        """
        if not name.isidentifier():
            raise UsageError(f'"{name}" is not a name', "use letters, digits and _")
        self.accept()
        self.tree = self.tree.name(name)

    def turns(self, place: Place) -> list[int]:
        """Return what identifies the turns up to a place; a copy is the turn that it copies."""
        return [self._original(node.id) for node in self.tree.way(place)]

    def set(self, name: str, value: str) -> None:
        """Change a sampling setting.

        Raises:
            UsageError: there is no such setting, or the value is not one for it.
        """
        self.sampling = change(self.sampling, name, value)

    def _original(self, turn: int) -> int:
        while turn in self.copies:
            turn = self.copies[turn]
        return turn

    def _put(self, draw: Draw, result: TurnResult) -> int:
        replaced = self.turns(self.tree.head)[len(draw.program.turns) :]
        tree = self.tree.goto(draw.place).add(result.turn)
        new = tree.head
        assert new is not None
        self.results[new] = result
        if draw.later:
            self._accepted.add(new)
        for node in draw.later:
            tree = tree.add(node.turn, opened=node.opened)
            assert tree.head is not None
            self.copies[tree.head] = node.id
            self._accepted.add(tree.head)
        if replaced:
            self.marks = self.marks.follow(replaced[0], new)
        self.tree, self._partial = tree, None
        # What was dictated was for this answer only.
        self.start = ""
        return new


def _numbered(program: Program, start: int) -> list[Numbered]:
    return list(enumerate(program.turns[start:], start + 1))
