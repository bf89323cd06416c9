"""The JSONL files of a running folder, line by line: they can have many megabytes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.report.read.fields import Fields, parse_object
from codegen_cli.evaluation.report.run import PromptScore, Tally

#: A row holds one program; the longest context gives some ten thousand characters.
_LONGEST_LINE = 16 << 20

#: exp of more is no double.
_MOST_NATS = 700

#: Which field names the problem, by benchmark.
IDENTIFIERS = {"humaneval": "task_id", "mtpb": "id"}


def tallies(path: Path, identifier: str) -> dict[str, Tally]:
    """Count samples and passes of each problem in a results file.

    Raises:
        UsageError: a row is broken, is not scored or is there twice.
    """
    seen: dict[str, dict[tuple[int, int], bool]] = {}
    for row in rows(path):
        problem = seen.setdefault(row.key(identifier), {})
        place = (row.optional_count("case") or 0, row.count("sample"))
        if place in problem:
            raise row.wrong("sample", f"{place[1]} of {row.key(identifier)} is there twice")
        problem[place] = row.truth("passed")
    return {
        name: Tally(sum(by.values()), len(by), len({case for case, _ in by}))
        # Sorted, because the bootstrap draws places: the same samples give the same interval.
        for name, by in sorted(seen.items())
    }


def prompt_scores(path: Path, identifier: str) -> tuple[PromptScore, ...]:
    """Return the rows of perplexity.jsonl; prompts without a token have no perplexity.

    Raises:
        UsageError: a row is broken.
    """
    found = []
    for row in rows(path):
        tokens, nll = row.count("tokens"), row.number("nll")
        if tokens:
            if not 0 <= nll / tokens < _MOST_NATS:
                raise row.wrong("nll", f"is no sum over {tokens} tokens")
            found.append(PromptScore(row.key(identifier), tokens, nll))
    return tuple(found)


def rows(path: Path) -> Iterator[Fields]:
    """Yield the objects of a JSONL file; blank lines are skipped.

    Raises:
        UsageError: the file cannot be read or a line is not a JSON object.
    """
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            yield parse_object(line, f'"{path}" line {number}')


def count_rows(path: Path) -> int:
    """Return the number of whole lines; a torn last one is not counted."""
    return sum(line.endswith(b"\n") and bool(line.strip()) for line in _lines(path))


def _lines(path: Path) -> Iterator[bytes]:
    if not path.is_file():  # a pipe would never end
        raise UsageError(f'"{path}" is not a file', "restore it or run again")
    try:
        with path.open("rb") as stream:
            while line := stream.readline(_LONGEST_LINE + 1):
                if len(line) > _LONGEST_LINE:
                    raise UsageError(
                        f'"{path}" has a line of more than {_LONGEST_LINE >> 20} MiB',
                        "is it a file of results?",
                    )
                yield line
    except OSError as error:
        raise UsageError(f'cannot read "{path}": {error.strerror}', "check the path") from error
