"""Whether a text fits the context, asked before any work is done for it."""

from __future__ import annotations

from codegen_cli.errors import ContextFull, UsageError


def context_size(asked: int | None, trained: int) -> int:
    """Return the tokens of a context: what was asked for, or all that the model was trained for.

    Raises:
        UsageError: that is more than the model knows, or next to nothing.
    """
    if asked is None:
        return trained
    if not 8 <= asked <= trained:
        raise UsageError(
            f"--ctx {asked} is outside 8…{trained}, the context the model was trained for",
            f"use --ctx {trained} or less",
        )
    return asked


def check_answer_fits(prompt_tokens: int, max_tokens: int, n_ctx: int) -> None:
    """Refuse a prompt whose longest answer does not fit.

    Raises:
        ContextFull: prompt and `max_tokens` exceed the context.
    """
    if prompt_tokens + max_tokens > n_ctx:
        room = n_ctx - prompt_tokens
        raise ContextFull(
            f"requested {prompt_tokens + max_tokens} tokens ({prompt_tokens} in the prompt, "
            f"{max_tokens} for the answer), but the context has {n_ctx}",
            f"use --max-tokens {room} or less" if room > 0 else "shorten the program",
        )


def check_score_fits(prefix_tokens: int, tokens: int, n_ctx: int) -> None:
    """Refuse a text that does not fit after its prefix.

    Raises:
        ContextFull: both exceed the context.
    """
    if prefix_tokens + tokens > n_ctx:
        raise ContextFull(
            f"{prefix_tokens + tokens} tokens to score "
            f"({prefix_tokens} in the prefix), but the context has {n_ctx}",
            "shorten the text",
        )
