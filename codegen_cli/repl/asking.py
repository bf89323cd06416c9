"""What to draw next: a step, another answer to it, other words for it, more of it."""

from __future__ import annotations

from codegen_cli.errors import UsageError
from codegen_cli.program import wrap
from codegen_cli.program.cases import fill_case
from codegen_cli.repl.sampling import change
from codegen_cli.repl.session import Draw, Session
from codegen_cli.synthesis.turn import TurnResult


def ask(session: Session, step: str) -> Draw:
    """Begin a turn; the pending one is kept.

    Raises:
        UsageError: the step cannot be a comment.
    """
    step = _filled(session, step)
    session.accept()
    place = session.tree.head
    return Draw(session.program, step, session.sampling, start=session.start, place=place)


def retry(session: Session, temperature: str = "") -> Draw:
    """Draw the last turn again with another seed, at a temperature for this time only.

    Raises:
        UsageError: there is no turn, or the temperature cannot give anything else.
    """
    node = session.last_turn("retry")
    sampling = session.sampling
    if temperature:
        sampling = change(sampling, "temperature", temperature)
    if sampling.temperature == 0:
        raise UsageError("temperature 0 draws the same code every time", "try /retry 0.8")
    attempt = session.next_attempt(node)
    before = session.tree.program(node.parent)
    return Draw(before, node.turn.step, sampling, attempt, session.start, node.parent)


def reword(session: Session, step: str, number: int = 0) -> Draw:
    """Draw a turn again for another step: the last one, or one before it by its number.

    Raises:
        UsageError: there is no such turn, or the step cannot be a comment.
    """
    session.last_turn("reword")
    step = _filled(session, step)
    way = session.tree.way(session.tree.head)
    number = number or len(way)
    session.tree.at(number)
    place = way[number - 1].parent
    before = session.tree.program(place)
    later = tuple(way[number:])
    return Draw(before, step, session.sampling, start=session.start, place=place, later=later)


def more(session: Session) -> Draw:
    """Go on writing the last turn, from the text that a stop rule cut.

    Raises:
        UsageError: there is no turn.
    """
    known: TurnResult | None
    if session.partial:
        draw, (known, *_) = session.partial
        step, code, place = draw.step, known.turn.code, draw.place
    else:
        node = session.last_turn("go on with")
        step, code, place = node.turn.step, node.turn.code, node.parent
        # A turn of a file was cut nowhere.
        known = session.results.get(node.id)
    start = code + known.completion.cut if known else code
    return Draw(session.tree.program(place), step, session.sampling, start=start, place=place)


def _filled(session: Session, step: str) -> str:
    """Return a step with the inputs of the first case for `{A}`, and note how it was typed.

    Raises:
        UsageError: the step cannot be a comment.
    """
    filled = fill_case(step, session.cases[0]) if session.cases else step
    wrap(filled)
    if filled != step:
        session.templates[filled] = step
    return filled
