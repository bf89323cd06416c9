"""A program that outgrows the context: the bodies of old functions give way in the prompt.

What is folded keeps its step's comment and its signature; the body is `...`. The file and the
program itself stay whole.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from codegen_cli.errors import ContextFull
from codegen_cli.program.program import Program, Turn
from codegen_cli.program.prompt import NEWLINE
from codegen_cli.program.syntax import parse

#: Folding begins when the prompt takes more than this share of the context.
FULL = 0.75

#: It goes on to this share, so that several turns fit before the next fold: each one changes an
#: early part of the prompt, and all after it has to be evaluated again.
ROOMY = 0.6

_ELLIPSIS = "..."

_DEFINED = re.compile(r"^[ \t]*(?:async[ \t]+)?(?:def|class)[ \t]+(\w+)", re.MULTILINE)

#: Where the body of a function lies in a text: the first character and the one after the last.
_Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Wishes:
    """Turns, counted from 1, that the user wants whole (`pinned`) or folded whatever the room."""

    pinned: frozenset[int] = frozenset()
    folded: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Folded:
    """A prompt, the turns that are folded in it, and its tokens with and without that."""

    prompt: str
    turns: tuple[int, ...]
    tokens: int
    whole_tokens: int

    def news(self, before: tuple[int, ...]) -> str:
        """Say which turns are folded now and were not, and which are whole again; "" if none."""
        parts = []
        if fresh := [turn for turn in self.turns if turn not in before]:
            saved = f"{self.whole_tokens} → {self.tokens} tokens"
            parts.append(f"in the prompt, {_names(fresh)} shrank to signatures ({saved})")
        if back := [turn for turn in before if turn not in self.turns]:
            parts.append(f"in the prompt, {_names(back)} is whole again")
        return "; ".join(parts)


def fold_prompt(
    program: Program,
    step: str,
    count: Callable[[str], int],
    n_ctx: int,
    max_tokens: int,
    wishes: Wishes = Wishes(),
    before: tuple[int, ...] = (),
) -> Folded:
    """Return the prompt for a step, folded as far as the context of `n_ctx` tokens demands.

    `before` are the turns that the last prompt had folded: they stay so until all fits whole. Of
    the others, turns fold whose functions later turns and the step name least often, the oldest
    first. The same arguments give the same prompt.

    Raises:
        ContextFull: nothing more can be folded, and the answer still does not fit.
        UsageError: the step cannot be a comment.
    """
    short = folded_turns(program)
    full = min(int(FULL * n_ctx), n_ctx - max_tokens)
    roomy = min(int(ROOMY * n_ctx), full)
    whole_tokens = count(program.prompt(step))

    def written(turns: frozenset[int]) -> Folded:
        text = _with(program, short, turns).prompt(step)
        return Folded(text, tuple(sorted(turns)), count(text), whole_tokens)

    asked = wishes.folded & short.keys()
    found = written(asked)
    if found.tokens > full:
        found = written(asked | ((short.keys() & set(before)) - wishes.pinned))
    if found.tokens > full:
        for number in _order(program, step, short):
            if found.tokens <= roomy:
                break
            if number not in wishes.pinned:
                found = written(frozenset({*found.turns, number}))
    if found.tokens + max_tokens > n_ctx:
        raise ContextFull(
            f"the prompt has {found.tokens} tokens with {len(found.turns)} of "
            f"{len(program.turns)} turns folded, the answer may have {max_tokens}, "
            f"but the context has {n_ctx}"
        )
    return found


def folded_program(program: Program, turns: Iterable[int]) -> Program:
    """Return a program with these turns folded; those without bodies stay whole."""
    wanted = frozenset(turns)
    if not wanted:
        return program
    short = folded_turns(program)
    return _with(program, short, wanted & short.keys())


def folded_prompt(program: Program, step: str, turns: Iterable[int]) -> str:
    """Return the prompt for a step with these turns folded; those without bodies stay whole."""
    return folded_program(program, turns).prompt(step)


def folded_turns(program: Program) -> dict[int, Turn]:
    """Return, by number from 1, the turns that have bodies to fold, with these folded.

    A function counts where a single turn holds all of it, and where folding makes it shorter. A
    program that does not parse is read turn by turn.
    """
    text = program.text
    tree = parse(text)
    spans = list(_bodies(text, tree)) if tree else []
    start, folded = len(program.prefix), {}
    for number, turn in enumerate(program.turns, 1):
        begin = start + len(turn.header)
        end = begin + len(turn.code)
        if tree is not None:
            own = [(a - begin, b - begin) for a, b in spans if begin <= a and b <= end]
        else:
            part = parse(turn.code)
            own = list(_bodies(turn.code, part)) if part else []
        code = _cut(turn.code, own)
        if len(code) < len(turn.code):
            folded[number] = replace(turn, code=code)
        start += len(turn.text)
    return folded


def _order(program: Program, step: str, short: dict[int, Turn]) -> list[int]:
    """Return the turns that can be folded: the least referenced first, of equals the oldest."""
    references = {}
    for number in short:
        turn = program.turns[number - 1]
        names = _DEFINED.findall(turn.code)
        later = [step, *(t.header + t.code for t in program.turns[number:])]
        word = re.compile(rf"\b(?:{'|'.join(sorted(set(names)))})\b")
        references[number] = sum(len(word.findall(text)) for text in later) if names else 0
    return sorted(short, key=lambda number: (references[number], number))


def _with(program: Program, short: dict[int, Turn], turns: frozenset[int]) -> Program:
    return replace(
        program,
        turns=tuple(
            short[number] if number in turns else turn
            for number, turn in enumerate(program.turns, 1)
        ),
    )


def _bodies(text: str, tree: ast.Module) -> Iterator[_Span]:
    """Yield where the bodies of the outermost functions lie, in order."""
    starts = [0, *(match.end() for match in NEWLINE.finditer(text))]

    def place(line: int, column: int) -> int:
        # Python counts columns in bytes.
        start = starts[line - 1]
        end = starts[line] if line < len(starts) else len(text)
        return start + len(text[start:end].encode()[:column].decode())

    waiting: list[ast.AST] = [tree]
    while waiting:
        node = waiting.pop()
        if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            waiting += list(ast.iter_child_nodes(node))[::-1]
            continue
        first, last = node.body[0], node.body[-1]
        decorators = getattr(first, "decorator_list", [])
        line = min([first.lineno, *(decorator.lineno for decorator in decorators)])
        begin = place(line, first.col_offset)
        yield begin, place(last.end_lineno or last.lineno, last.end_col_offset or 0)


def _cut(code: str, spans: list[_Span]) -> str:
    """Put `...` in the place of every body that is longer."""
    for begin, end in reversed(spans):
        if end - begin > len(_ELLIPSIS):
            code = code[:begin] + _ELLIPSIS + code[end:]
    return code


def turn_ranges(turns: Sequence[int]) -> str:
    """Return numbers of turns, in order, as they can be typed: `1-3, 5`."""
    runs: list[list[int]] = []
    for number in turns:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 1 else f"{run[0]}" for run in runs)


def _names(turns: Sequence[int]) -> str:
    return f"turn{'s' * (len(turns) != 1)} {turn_ranges(turns)}"
