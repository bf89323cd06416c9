"""A text to score and what stands before it, in tokens."""

from __future__ import annotations

from typing import TypeAlias

from codegen_cli.engine.base import Tokenizer

#: Tokens that condition, and tokens to score.
TextSpan: TypeAlias = tuple[list[int], list[int]]


def joint_span(vocabulary: Tokenizer, before: str, text: str) -> TextSpan:
    r"""Return the tokens of a text and of what stands before it, as the model would see both.

    They are tokenized as one: "\n\n" alone may be a token that it never is before a comment. Where
    a token reaches from one into the other, they are tokenized apart after all.
    """
    scored = vocabulary.tokenize(text)
    if before and scored:
        line = vocabulary.prompt(before + text)
        if line[-len(scored) :] == scored and len(line) > len(scored):
            return line[: -len(scored)], scored
    return vocabulary.prompt(before), scored
