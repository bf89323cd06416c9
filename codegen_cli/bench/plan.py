"""How much is measured: sizes, repeats, and what fits the context."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Plan:
    """Sizes in tokens; a measure is repeated `repeats` times, but ends after `seconds`."""

    repeats: int
    seconds: float
    prompts: tuple[int, ...]
    batches: tuple[int, ...]
    decode_prompt: int
    decode_tokens: int
    candidates: int
    candidate_prompt: int
    candidate_tokens: int
    program: int
    speculated: int
    read_bytes: int
    matmul_size: int


_QUICK = Plan(
    repeats=3,
    seconds=1.0,
    prompts=(64, 512),
    batches=(1, 4, 16, 64),
    decode_prompt=32,
    decode_tokens=32,
    candidates=8,
    candidate_prompt=200,
    candidate_tokens=32,
    program=500,
    speculated=64,
    read_bytes=128 << 20,
    matmul_size=1024,
)
_FULL = Plan(
    repeats=5,
    seconds=20.0,
    prompts=(64, 512),
    batches=(1, 4, 16, 64),
    decode_prompt=32,
    decode_tokens=96,
    candidates=16,
    candidate_prompt=300,
    candidate_tokens=64,
    program=1500,
    speculated=192,
    read_bytes=512 << 20,
    matmul_size=2048,
)

#: A shorter answer has too few full rounds to measure.
_LEAST_TOKENS = 8
_STEP_ROOM = 64


def plan_for(n_ctx: int, *, quick: bool) -> Plan:
    """Return the plan for a context: what does not fit becomes smaller or is left out."""
    plan = _QUICK if quick else _FULL
    room = max(1, n_ctx - _STEP_ROOM)
    batches = tuple(
        b for b in plan.batches if answer_tokens(n_ctx, plan.decode_prompt, b) >= _LEAST_TOKENS
    )
    return Plan(
        repeats=plan.repeats,
        seconds=plan.seconds,
        prompts=tuple(p for p in plan.prompts if p < room) or (room,),
        batches=batches,
        decode_prompt=plan.decode_prompt,
        decode_tokens=plan.decode_tokens,
        candidates=plan.candidates,
        candidate_prompt=min(plan.candidate_prompt, room // 2),
        candidate_tokens=min(plan.candidate_tokens, room // 2),
        program=min(plan.program, room),
        speculated=min(plan.speculated, room // 2),
        read_bytes=plan.read_bytes,
        matmul_size=plan.matmul_size,
    )


def answer_tokens(n_ctx: int, prompt: int, sequences: int) -> int:
    """Return how long each answer may be when all of them share a prompt and the cache.

    >>> answer_tokens(2048, 32, 64)
    31
    """
    # The last token of a prompt is evaluated by each answer itself.
    return (n_ctx - prompt) // sequences
