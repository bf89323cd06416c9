"""What of MTPB's wording may not appear in a step: whole prompts, and telling sequences of words.

The benchmark's text is not kept here: `refused.bin` holds hashes of it, so that programs are made
without the benchmark at hand. `check` compares with the text itself.

Six words are the length that tells: the frames of any step ("and store the result in", "to a
variable named") run to five and are common property, while in six words of which two or more are
about the task, a problem can be recognised.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

SIZE = 6
_FILE = Path(__file__).with_name("refused.bin")
_BYTES = 8
_HOLE = re.compile(r"\{\w+\}")
_WORD = re.compile(r"[a-z_]+|#")
_NUMBER = re.compile(r"-?\d+(\.\d+)?")

#: Words of the protocol rather than of a task; a sequence with at most one other is generic.
GENERIC = frozenset(
    [
        "#",
        "a",
        "an",
        "the",
        "of",
        "in",
        "to",
        "as",
        "is",
        "it",
        "its",
        "and",
        "or",
        "by",
        "for",
        "from",
        "on",
        "with",
        "this",
        "that",
        "them",
        "then",
        "each",
        "every",
        "all",
        "print",
        "out",
        "show",
        "display",
        "assign",
        "store",
        "save",
        "create",
        "define",
        "set",
        "initialize",
        "let",
        "variable",
        "named",
        "called",
        "name",
        "value",
        "values",
        "result",
        "results",
        "number",
        "numbers",
        "integer",
        "integers",
        "list",
        "string",
        "array",
        "element",
        "elements",
        "function",
        "returns",
        "return",
        "takes",
        "argument",
        "compute",
        "calculate",
        "find",
        "get",
        "given",
        "new",
        "write",
        "if",
        "whether",
        "be",
        "are",
        "into",
        "given",
    ]
)


def words(step: str) -> tuple[str, ...]:
    """Return a step's words in small letters; numbers and holes are all alike."""
    return tuple(_WORD.findall(_NUMBER.sub("#", _HOLE.sub("#", step).lower())))


def grams(step: str) -> Iterator[tuple[str, ...]]:
    """Yield the sequences of six words that are not generic."""
    found = words(step)
    for i in range(len(found) - SIZE + 1):
        gram = found[i : i + SIZE]
        if sum(word not in GENERIC for word in gram) > 1:
            yield gram


def keys(step: str) -> Iterator[bytes]:
    """Yield the hashes of a step: as a whole and of its sequences."""
    yield _hash("prompt", words(step))
    for gram in grams(step):
        yield _hash("gram", gram)


def refused(step: str) -> bool:
    """Say whether a step repeats a prompt of MTPB or a telling part of one."""
    return not _refusals().isdisjoint(keys(step))


def prompts_of(path: Path) -> list[str]:
    """Return the prompts of a benchmark file, as templates and with each input filled in."""
    prompts: list[str] = []
    for line in path.read_text(encoding="utf-8").splitlines():
        problem = json.loads(line)
        for prompt in problem["prompts"]:
            prompts.append(prompt)
            prompts += [prompt.format(**values) for values in problem["inputs"]]
    return prompts


def write_refusals(path: Path, file: Path = _FILE) -> int:
    """Hash a benchmark's prompts into the file that steps are held against; return how many."""
    found = sorted({key for prompt in prompts_of(path) for key in keys(prompt)})
    file.write_bytes(b"".join(found))
    return len(found)


def overlaps(steps: Iterable[str], prompts: Iterable[str]) -> tuple[list[str], dict[str, int]]:
    """Return the steps that repeat a prompt, and the sequences shared with the benchmark."""
    prompts = list(prompts)
    whole = {words(prompt) for prompt in prompts}
    known = {gram for prompt in prompts for gram in grams(prompt)}
    repeated: list[str] = []
    shared: dict[str, int] = {}
    for step in steps:
        if words(step) in whole:
            repeated.append(step)
        for gram in known.intersection(grams(step)):
            text = " ".join(gram)
            shared[text] = shared.get(text, 0) + 1
    return repeated, shared


@cache
def _refusals() -> frozenset[bytes]:
    data = _FILE.read_bytes()
    return frozenset(data[i : i + _BYTES] for i in range(0, len(data), _BYTES))


def _hash(kind: str, found: tuple[str, ...]) -> bytes:
    text = f"{kind} {' '.join(found)}"
    return hashlib.blake2b(text.encode(), digest_size=_BYTES).digest()
