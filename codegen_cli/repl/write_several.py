"""Draw several answers in one batch, show them side by side, and make the best the turn."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from codegen_cli.errors import Interrupted
from codegen_cli.repl.answered import adds_nothing, note_origins, show_turn
from codegen_cli.repl.asked import Asked
from codegen_cli.repl.session import Draw
from codegen_cli.synthesis.behaviour import rank_by_execution
from codegen_cli.synthesis.candidates import Candidate
from codegen_cli.synthesis.execute import run_programs
from codegen_cli.synthesis.guard import Redrawn, write_guarded_candidates

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


def write_several(chat: Chat, draw: Draw, asked: Asked, should_stop: Callable[[], bool]) -> bool:
    """Make the best answer the pending turn and the others its siblings, and show them.

    Interrupted, say no: the finished ones are shown and set aside, or else the longest.

    Raises:
        ContextFull: the program and the answer do not fit.
    """
    found = _ranked(chat, draw, _drawn(chat, draw, asked, should_stop), should_stop)
    if should_stop() or any(one.result.interrupted for one in found):
        _set_aside(chat, draw, found)
        return False
    results = [one.result for one in found]
    if all(adds_nothing(chat.session, draw, result) for result in results):
        chat.view.note("the model adds nothing to the turn")
        return True
    places = chat.session.take_all(draw, results)
    note_origins(chat, draw, asked, places, results[: len(places)])
    chat.keep("draw")
    answers = [node.id for node in chat.session.tree.answers(places[0])]
    numbers = [answers.index(place) + 1 for place in places]
    chat.view.candidates(found, chat.running.of(draw.program.source), numbers)
    show_turn(chat, draw, results[0])
    return True


def _drawn(
    chat: Chat, draw: Draw, asked: Asked, should_stop: Callable[[], bool]
) -> list[Candidate]:
    """Write the answers and return them; the spinner's line says how far they are."""
    count = chat.session.candidates
    with chat.view.working(f"{count} answers…") as say:
        for item in write_guarded_candidates(
            chat.engine,
            draw.program,
            draw.step,
            draw.sampling,
            count,
            should_stop,
            first=draw.attempt,
            prompt=asked.prompt,
            start=draw.start,
            tell=lambda done, tokens: say(f"{done} done · {tokens} tokens"),
        ):
            if not isinstance(item, Redrawn):
                return item
            chat.view.redrawn(item)
    return []


def _ranked(
    chat: Chat, draw: Draw, found: list[Candidate], should_stop: Callable[[], bool]
) -> list[Candidate]:
    """Run the answers and rank them by what they do, where the chat may run programs."""
    if not chat.running.allowed or should_stop():
        return found
    sources = [draw.program.add(one.result.turn).source for one in found]
    try:
        with chat.view.working(f"running {len(found)} answers…"):
            ran = run_programs(chat.running.open(), sources, should_stop)
    except (Interrupted, KeyboardInterrupt):
        return found
    chat.running.note(sources, ran)
    return rank_by_execution(found, sources, ran)


def _set_aside(chat: Chat, draw: Draw, found: Sequence[Candidate]) -> None:
    """Keep what there is for /keep and /pick; a reworded earlier turn has one answer only."""
    with_code = [one for one in found if not one.result.is_empty]
    done = [one for one in with_code if not one.result.interrupted]
    if not done:
        done = sorted(with_code, key=lambda one: -one.result.completion.generated_tokens)[:1]
    # Before they are shown: the next Ctrl-C may come meanwhile.
    chat.session.set_aside(draw, [one.result for one in done])
    if not draw.later and len(done) > 1:
        known = chat.session.tree.children(draw.place)
        first = 1 + sum(node.turn.step == draw.step for node in known)
        numbers = range(first, first + len(done))
        chat.view.candidates(done, chat.running.of(draw.program.source), numbers)
