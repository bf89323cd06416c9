"""Draw the answers that a session asks for: folded prompts, the guard, candidates, Ctrl-C."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from codegen_cli.errors import ContextFull
from codegen_cli.program.fold import fold_prompt
from codegen_cli.repl.session import Draw
from codegen_cli.synthesis.behaviour import rank_by_execution
from codegen_cli.synthesis.candidates import Candidate, write_candidates
from codegen_cli.synthesis.execute import run_programs
from codegen_cli.synthesis.guard import Redrawn, write_guarded
from codegen_cli.synthesis.turn import TurnResult, turn_seed, write_turn

if TYPE_CHECKING:
    from codegen_cli.repl.chat import Chat


@dataclass(frozen=True, slots=True)
class Asked:
    """What the model is shown for a draw, and the turns that are folded in it."""

    prompt: str
    folded: tuple[int, ...]


def ask_for(chat: Chat, draw: Draw) -> Asked:
    """Return the prompt of a draw, folded as far as it must be; what changed is said.

    Raises:
        ContextFull: the program and the answer do not fit, whatever is folded.
    """
    engine = chat.engine
    room = draw.sampling.max_tokens + (engine.count(draw.start) if draw.start else 0)
    found = fold_prompt(
        draw.program, draw.step, engine.count, engine.n_ctx, room, chat.wishes, chat.folded
    )
    if news := found.news(chat.folded):
        chat.view.note(news)
    chat.folded = found.turns
    return Asked(found.prompt, found.turns)


def write_one(chat: Chat, draw: Draw, asked: Asked) -> TurnResult | None:
    """Stream an answer; None when a second Ctrl-C tore it off."""
    try:
        with chat.interruptible() as should_stop:
            stream = _stream(chat, draw, asked.prompt, should_stop)
            while True:
                end = _show(chat, stream, draw.start)
                if not isinstance(end, Redrawn):
                    return end
                chat.view.redrawn(end)
    except KeyboardInterrupt:
        return None


def write_several(chat: Chat, draw: Draw, asked: Asked) -> list[Candidate] | None:
    """Return different answers, best first; None when Ctrl-C stopped them.

    They are run, and ranked by what they do, where the chat may run programs.
    """
    count = chat.session.candidates
    try:
        with chat.interruptible() as should_stop, chat.view.working(f"writing {count} answers…"):
            found = write_candidates(
                chat.engine,
                draw.program,
                draw.step,
                draw.sampling,
                count,
                should_stop,
                first=draw.attempt,
                prompt=asked.prompt,
                start=draw.start,
            )
            if should_stop() or not found:
                return None
            if chat.running.allowed:
                sources = [draw.program.add(one.result.turn).source for one in found]
                ran = run_programs(chat.running.open(), sources, should_stop)
                found = rank_by_execution(found, sources, ran)
            return found
    except KeyboardInterrupt:
        return None


def attempt_of(draw: Draw, result: TurnResult, count: int) -> int:
    """Return which of the attempts of a draw an answer is, by its seed."""
    numbers = range(draw.attempt, draw.attempt + count)
    index = len(draw.program.turns)
    return next(n for n in numbers if turn_seed(draw.sampling.seed, index, n) == result.seed)


def in_chat(error: ContextFull) -> ContextFull:
    """Say with the chat's own commands what the hint says with options."""
    hint = error.hint.replace("--max-tokens", "/set max_tokens")
    return ContextFull(error.message, hint)


def _stream(
    chat: Chat, draw: Draw, prompt: str, should_stop: Callable[[], bool]
) -> Iterator[str | Redrawn | TurnResult]:
    program, step, sampling = draw.program, draw.step, draw.sampling
    if draw.start:
        # What the user began is no fault of the model's, and masks nothing.
        return write_turn(
            chat.engine,
            program,
            step,
            sampling,
            attempt=draw.attempt,
            prompt=prompt,
            start=draw.start,
            should_stop=should_stop,
        )
    return write_guarded(
        chat.engine,
        program,
        step,
        sampling,
        attempt=draw.attempt,
        prompt=prompt,
        should_stop=should_stop,
    )


def _show(
    chat: Chat, stream: Iterator[str | Redrawn | TurnResult], start: str
) -> TurnResult | Redrawn | None:
    """Show the pieces of one draw, and return what ended it."""
    with chat.view.writing() as show:
        if start:
            show(start)
        for item in stream:
            if not isinstance(item, str):
                return item
            show(item)
    return None
