"""Measure what reuse and speculation bring: turns of a long program, repetitive code."""

from __future__ import annotations

import statistics
from collections.abc import Iterator

from codegen_cli.bench.bench import Bench, repeat
from codegen_cli.bench.records import Result
from codegen_cli.bench.texts import repetitive
from codegen_cli.bench.timeline import Timeline

_STEP = "\n# Print the sum of all values.\n"


def turn_latency(bench: Bench) -> Iterator[Result]:
    """Measure the time to the first token of a turn: the program unknown, and known but a step."""
    bench.say(f"turns of a program of {bench.plan.program} tokens")
    pairs = repeat(bench.plan, lambda: _turns(bench))
    for name, lines in (
        ("first turn", [first for first, _ in pairs]),
        ("next turn", [second for _, second in pairs]),
    ):
        evaluated = round(statistics.median(line.evaluated for line in lines))
        yield Result(
            "turn",
            name,
            "s",
            tuple(line.first_token_seconds for line in lines),
            tokens=evaluated,
            note=f"evaluates {evaluated} of {lines[0].answers[0].prompt_tokens} tokens",
        )


def _turns(bench: Bench) -> tuple[Timeline, Timeline]:
    program = bench.new_program(bench.plan.program)
    first = bench.answer(program, 1)
    return first, bench.answer(program + _STEP, 1)


def speculation(bench: Bench) -> Iterator[Result]:
    """Measure decoding of repetitive code without and with guesses; they stay on after this."""
    bench.say("repetitive code")
    plain = _rates(repeat(bench.plan, lambda: _repetitive(bench)))
    bench.say("guessing repetitive code")
    bench.engine.draft_with_text([])
    lines = repeat(bench.plan, lambda: _repetitive(bench))
    guessed = _rates(lines)
    if not (plain and guessed):
        return
    drafted = sum(line.answers[0].drafted_tokens for line in lines)
    accepted = sum(line.answers[0].accepted_tokens for line in lines)
    note = f"{accepted} of {drafted} guesses were right" if drafted else "nothing was guessed"
    usual = statistics.median(plain)
    yield Result("speculation", "repetitive code", "tokens/s", plain)
    yield Result("speculation", "… with guesses", "tokens/s", guessed, note=note)
    yield Result("speculation", "speed-up", "×", tuple(rate / usual for rate in guessed))
    if drafted:
        yield Result("speculation", "guesses right", "%", (100 * accepted / drafted,))


def _repetitive(bench: Bench) -> Timeline:
    return bench.answer(repetitive(), bench.plan.speculated)


def _rates(lines: list[Timeline]) -> tuple[float, ...]:
    """Return tokens a second after the first one, of answers that have more."""
    return tuple(
        (len(line.times[0]) - 1) / (line.ended - line.times[0][0])
        for line in lines
        if len(line.times[0]) > 1
    )
