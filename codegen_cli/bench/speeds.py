"""Measure throughput: evaluating prompts, decoding alone and in batches, candidates."""

from __future__ import annotations

from collections.abc import Iterator

from codegen_cli.bench.bench import Bench, greedy, repeat
from codegen_cli.bench.plan import answer_tokens
from codegen_cli.bench.records import Result
from codegen_cli.bench.steady import steady_rate
from codegen_cli.bench.timeline import Timeline
from codegen_cli.engine.base import Prompt
from codegen_cli.program import NoStop
from codegen_cli.settings import Sampling

#: Candidates that are all alike would be of no use.
_CANDIDATE_TEMPERATURE = 0.8


def prompt_speeds(bench: Bench) -> Iterator[Result]:
    """Measure how fast prompts are evaluated, the first token included."""
    for size in bench.plan.prompts:
        bench.say(f"evaluating {size} tokens")
        lines = repeat(bench.plan, lambda n=size: bench.answer(bench.new_program(n), 1))  # type: ignore[misc]
        tokens = max(line.evaluated for line in lines)
        yield Result(
            "prompt",
            f"prompt {size}",
            "tokens/s",
            tuple(line.evaluated / line.first_token_seconds for line in lines),
            tokens=tokens,
            # Only the last token's logits are wanted.
            flops_per_unit=bench.weights.flops_per_token(1 / tokens),
        )


def decode_speeds(bench: Bench) -> Iterator[Result]:
    """Measure decoding with full batches: every sequence has its prompt, and none has ended."""
    for sequences in bench.plan.batches:
        bench.say(f"decoding {sequences} at a time")
        rates = tuple(rate for rate in _decode(bench, sequences) if rate)
        if rates:
            yield Result(
                "decode",
                f"decode × {sequences}",
                "tokens/s",
                rates,
                sequences=sequences,
                bytes_per_unit=bench.weights.bytes_per_token(sequences),
                flops_per_unit=bench.weights.flops_per_token(),
            )


def _decode(bench: Bench, sequences: int) -> list[float]:
    plan = bench.plan
    room = answer_tokens(bench.engine.n_ctx, plan.decode_prompt, sequences)
    tokens = min(plan.decode_tokens, room)

    def once() -> float:
        prompt = bench.new_program(plan.decode_prompt)
        return steady_rate(bench.play([greedy(prompt, tokens)] * sequences).times)

    return repeat(plan, once)


def candidate_speed(bench: Bench) -> Iterator[Result]:
    """Measure how fast one prompt gets many different answers."""
    plan = bench.plan
    bench.say(f"writing {plan.candidates} candidates")
    lines = repeat(plan, lambda: _candidates(bench))
    yield Result(
        "candidates",
        f"candidates × {plan.candidates}",
        "answers/s",
        tuple(plan.candidates / line.seconds for line in lines),
        sequences=plan.candidates,
        tokens=plan.candidate_tokens,
        note=f"prompt of {plan.candidate_prompt} tokens, up to {plan.candidate_tokens} tokens each",
    )


def _candidates(bench: Bench) -> Timeline:
    plan = bench.plan
    text = bench.new_program(plan.candidate_prompt)
    return bench.play(
        [
            Prompt(
                text,
                Sampling(
                    temperature=_CANDIDATE_TEMPERATURE, max_tokens=plan.candidate_tokens, seed=seed
                ),
                NoStop(),
            )
            for seed in range(plan.candidates)
        ]
    )
