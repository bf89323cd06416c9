"""The turns of a chat as a tree: every answer stays, and a program is the way to one of them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TypeVar

from codegen_cli.errors import UsageError
from codegen_cli.program.program import Program, Turn
from codegen_cli.settings import PROGRAM_PREFIX

K = TypeVar("K")
V = TypeVar("V")

#: A place in the tree: the id of a turn, or None where no turn is written yet.
Place = int | None


@dataclass(frozen=True, slots=True)
class Node:
    """A turn and the place it was written at; `opened` turns were read from a file as they are."""

    id: int
    parent: Place
    turn: Turn
    opened: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the drawn tree: a node, its number in its program, and how it hangs there.

    `lanes` says for each fork on the way to it whether further siblings follow there, the newest
    fork last; `begins` that the node is the first after that fork.
    """

    node: Node
    number: int
    lanes: tuple[bool, ...]
    begins: bool
    on_way: bool
    is_head: bool
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Tree:
    """All turns of a chat, and the one the program ends in: the head. Immutable.

    Ids count from 1 in the order of writing. `undone` are the heads that `undo` left, the last one
    at the end.
    """

    prefix: str = PROGRAM_PREFIX
    nodes: Mapping[int, Node] = field(default_factory=lambda: MappingProxyType({}))
    head: Place = None
    branches: Mapping[str, Place] = field(default_factory=lambda: MappingProxyType({}))
    undone: tuple[int, ...] = ()

    @classmethod
    def of(cls, program: Program) -> Tree:
        """Return the tree of a program that was opened: one way, the head at its end."""
        tree = cls(program.prefix)
        for turn in program.turns:
            tree = tree.add(turn, opened=True)
        return tree

    def way(self, place: Place) -> list[Node]:
        """Return the nodes from the first turn to a place."""
        nodes = []
        while place is not None:
            nodes.append(self.nodes[place])
            place = nodes[-1].parent
        return nodes[::-1]

    def program(self, place: Place) -> Program:
        """Return the program that ends in a place."""
        program = Program(self.prefix)
        for node in self.way(place):
            if node.opened:
                program = replace(program, turns=(*program.turns, node.turn))
            else:
                program = program.add(node.turn)
        return program

    def children(self, place: Place) -> list[Node]:
        """Return what was written at a place, oldest first."""
        return [node for node in self.nodes.values() if node.parent == place]

    def answers(self, place: Place) -> list[Node]:
        """Return all answers to the step of a node at its place, itself included, oldest first."""
        if place is None:
            return []
        node = self.nodes[place]
        return [n for n in self.children(node.parent) if n.turn.step == node.turn.step]

    def add(self, turn: Turn, *, opened: bool = False) -> Tree:
        """Write a turn at the head, which moves to it."""
        new = max(self.nodes, default=0) + 1
        node = Node(new, self.head, turn, opened)
        return replace(self, nodes=_with(self.nodes, new, node), head=new)

    def goto(self, place: Place) -> Tree:
        """Move the head. Raises UsageError when nothing is there."""
        if place is not None and place not in self.nodes:
            raise UsageError(f"no turn #{place} was written", "/tree shows those that were")
        return replace(self, head=place)

    def undo(self, count: int = 1) -> Tree:
        """Move the head back. Raises UsageError when there are not that many turns."""
        way = self.way(self.head)
        if self.head is None or not 1 <= count <= len(way):
            turns = len(way)
            hint = f"give a number in 1…{turns}" if turns else "type a step first"
            raise UsageError(f"cannot undo {count} of {turns} turns", hint)
        place = way[-count].parent
        return replace(self, head=place, undone=(*self.undone, self.head))

    def redo(self) -> Tree:
        """Move the head to where the last undo left it.

        Raises UsageError when that does not lie ahead of the head.
        """
        if not self.undone or not self.is_ahead(self.undone[-1]):
            raise UsageError("nothing to redo", "/tree shows every turn, /goto goes to one")
        *rest, place = self.undone
        return replace(self, head=place, undone=tuple(rest))

    def is_ahead(self, place: int) -> bool:
        """Say whether a node continues the program of the head."""
        return place != self.head and (
            self.head is None or any(node.id == self.head for node in self.way(place))
        )

    def at(self, number: int) -> Place:
        """Return the place after a turn of the program, 0 before the first. Raises UsageError."""
        way = self.way(self.head)
        if not 0 <= number <= len(way):
            hint = f"give a number in 0…{len(way)}" if way else "type a step first"
            raise UsageError(f"there is no turn {number}", hint)
        return way[number - 1].id if number else None

    def name(self, name: str) -> Tree:
        """Name the place of the head; a name that was given before moves here."""
        return replace(self, branches=_with(self.branches, name, self.head))

    def rows(self) -> Iterator[Row]:
        """Yield the nodes as a tree is drawn: older siblings first, each before what follows it.

        Only a fork moves its branches to the right: a program without one is a straight line.
        """
        on_way = {node.id for node in self.way(self.head)}
        names: dict[Place, list[str]] = {}
        for name, place in self.branches.items():
            names.setdefault(place, []).append(name)
        following: dict[Place, list[Node]] = {}
        for node in self.nodes.values():
            following.setdefault(node.parent, []).append(node)
        # A stack and no recursion: a long program is deeper than Python's limit.
        ahead: list[tuple[Node, int, tuple[bool, ...], bool]] = []

        def push(place: Place, number: int, lanes: tuple[bool, ...]) -> None:
            siblings = following.get(place, [])
            for node in reversed(siblings):
                fork = (node is not siblings[-1],) if len(siblings) > 1 else ()
                ahead.append((node, number, lanes + fork, bool(fork)))

        push(None, 1, ())
        while ahead:
            node, number, lanes, begins = ahead.pop()
            named = tuple(sorted(names.get(node.id, [])))
            is_head = node.id == self.head
            yield Row(node, number, lanes, begins, node.id in on_way, is_head, named)
            push(node.id, number + 1, lanes)


def _with(mapping: Mapping[K, V], key: K, value: V) -> Mapping[K, V]:
    return MappingProxyType({**mapping, key: value})
