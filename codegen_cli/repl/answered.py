"""What follows once answers are in the tree: their origin is recorded, and the turn shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from codegen_cli.repl.asked import Asked
from codegen_cli.repl.check import problems
from codegen_cli.repl.session import Draw, Session
from codegen_cli.synthesis.turn import TurnResult, turn_seed

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat

#: Answers that one step may ask for.
MOST_ANSWERS = 64


def note_origins(
    chat: Chat, draw: Draw, asked: Asked, places: Sequence[int], results: Sequence[TurnResult]
) -> None:
    """Note how the answers at places of the tree came to be."""
    if not chat.keeper:
        return
    for place, result in zip(places, results, strict=True):
        chat.keeper.answered(
            place,
            result,
            asked.prompt + draw.start,
            draw.sampling,
            _attempt_of(draw, result),
            folded=asked.folded,
            start=draw.start,
            read=asked.read,
        )


def show_turn(chat: Chat, draw: Draw, result: TurnResult) -> None:
    """Sum up the turn that was drawn, and say which ones follow it as they were."""
    number = len(draw.program.turns) + 1
    chat.speed = result.completion.tokens_per_second
    chat.view.turn(number, result, problems(chat.session.shown, result))
    if not draw.later:
        return
    first, last = number + 1, number + len(draw.later)
    which = f"turns {first}…{last} follow as they were"
    if first == last:
        which = f"turn {last} follows as it was"
    chat.view.note(
        f"turn {number} is new; {which}, not drawn again · "
        f"/goto #{draw.later[-1].id} goes back to the program before"
    )


def adds_nothing(session: Session, draw: Draw, result: TurnResult) -> bool:
    """Say whether the last turn was to be gone on with, and is the same still."""
    if not draw.start or session.tree.head is None:
        return False
    head = session.tree.nodes[session.tree.head]
    same = (head.parent, head.turn.step) == (draw.place, draw.step)
    return same and head.turn.code.rstrip() == result.turn.code.rstrip()


def _attempt_of(draw: Draw, result: TurnResult) -> int:
    """Return which of the attempts of a draw an answer is, by its seed."""
    index = len(draw.program.turns)
    numbers = range(draw.attempt, draw.attempt + MOST_ANSWERS)
    return next(n for n in numbers if turn_seed(draw.sampling.seed, index, n) == result.seed)
