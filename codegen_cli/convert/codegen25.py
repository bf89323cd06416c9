"""CodeGen2.5's vocabulary: GPT-2's, then runs of white space and special tokens.

Its tokenizer is tiktoken's "gpt2" with more mergeable ranks. GPT-2 has no token of two blanks, so
tiktoken, which always joins the pair of the lowest rank, grows a run from its left end one blank at
a time: the merges below say the same. Ids: 50295 <fim_prefix>, 50317 <sep>, 50318 <eom> and 51199
<mask_1> were checked against published token ids of `tokenization_codegen25.py`; the names in
between follow StarCoder's list and give tokens that no text of a user becomes.
"""

from __future__ import annotations

from collections.abc import Mapping

from gguf import TokenType

from codegen_cli.errors import CheckpointError

_END_OF_TEXT = "<|endoftext|>"

#: How GPT-2 spells a space and a tab; the longest run of each.
_RUNS = (("Ġ", 31), ("ĉ", 9))

_SPECIAL = (
    *("<fim_prefix>", "<fim_middle>", "<fim_suffix>", "<fim_pad>", "<filename>", "<gh_stars>"),
    *("<issue_start>", "<issue_comment>", "<issue_closed>"),
    *("<jupyter_start>", "<jupyter_text>", "<jupyter_code>", "<jupyter_output>"),
    *("<empty_output>", "<commit_before>", "<commit_msg>", "<commit_after>", "<reponame>"),
    *(f"<dummy_{i}>" for i in range(4)),
    *("<sep>", "<eom>"),
)


def lay_out(
    base: Mapping[str, int], vocab_size: int
) -> tuple[tuple[str, ...], tuple[TokenType, ...]]:
    """Return the tokens by id and their kinds, `vocab_size` in all; `base` are GPT-2's.

    Raises:
        CheckpointError: `base` is not GPT-2's kind, or leaves no room for the others.
    """
    plain = sorted(base, key=base.__getitem__)
    runs = [blank * n for blank, longest in _RUNS for n in range(longest, 1, -1)]
    room = vocab_size - len(plain) - len(runs) - len(_SPECIAL)
    ids = [base[token] for token in plain]
    if ids != list(range(len(plain))) or plain[-1:] != [_END_OF_TEXT] or room < 1:
        raise CheckpointError(
            f"{len(plain)} tokens up to {plain[-1] if plain else None!r} are not GPT-2's, which "
            "CodeGen2.5's tokenizer extends",
            "give a folder with GPT-2's vocab.json and merges.txt with --tokenizer",
        )
    masks = [f"<mask_{i}>" for i in range(room, 0, -1)]
    special = [*_SPECIAL, *masks]
    types = [TokenType.NORMAL] * (len(plain) - 1) + [TokenType.CONTROL]
    types += [TokenType.NORMAL] * len(runs) + [TokenType.CONTROL] * len(special)
    return (*plain, *runs, *special), tuple(types)


def run_merges() -> tuple[str, ...]:
    """Return the merges that make runs of blanks, to stand behind GPT-2's."""
    return tuple(
        f"{blank * (n - 1)} {blank}" for blank, longest in _RUNS for n in range(longest, 1, -1)
    )
