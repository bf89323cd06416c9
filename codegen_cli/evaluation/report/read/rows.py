"""The JSONL files of a running folder, line by line: they can have many megabytes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from codegen_cli.errors import UsageError
from codegen_cli.evaluation.lines import naming, read_records
from codegen_cli.evaluation.report.read.fields import Fields
from codegen_cli.evaluation.report.run import PromptScore, Tally

#: exp of more is no double.
_MOST_NATS = 700

#: Which field names the problem, by benchmark.
IDENTIFIERS = {"humaneval": "task_id", "mtpb": "id"}

_BLOCK = 1 << 20


def tallies(path: Path, identifier: str) -> dict[str, Tally]:
    """Count samples and passes of each problem in a results file.

    Raises:
        UsageError: a row is broken, is not scored or is there twice.
    """
    seen: dict[str, dict[tuple[int, int], bool]] = {}
    with _rows(path) as rows:
        for row in rows:
            problem = seen.setdefault(row.key(identifier), {})
            case, sample = row.optional_count("case") or 0, row.count("sample")
            if (case, sample) in problem:
                raise row.wrong("sample", f"{sample} of {row.key(identifier)} is there twice")
            problem[case, sample] = row.truth("passed")
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
    with _rows(path) as rows:
        for row in rows:
            tokens, nll = row.count("tokens"), row.number("nll")
            if tokens:
                if not 0 <= nll / tokens < _MOST_NATS:
                    raise row.wrong("nll", f"is no sum over {tokens} tokens")
                found.append(PromptScore(row.key(identifier), tokens, nll))
    return tuple(found)


def count_lines(path: Path) -> int:
    """Return the number of whole lines; a torn last one is not counted.

    Raises:
        UsageError: the file cannot be read.
    """
    check_file(path)
    with naming(path), path.open("rb") as stream:
        return sum(block.count(b"\n") for block in iter(lambda: stream.read(_BLOCK), b""))


def check_file(path: Path) -> None:
    """Refuse what is no regular file: a pipe would never end.

    Raises:
        UsageError: it is none.
    """
    if not path.is_file():
        raise UsageError(f'no file "{path}"', "name folders that codegen eval … --out wrote")


@contextmanager
def _rows(path: Path) -> Iterator[Iterator[Fields]]:
    check_file(path)
    with naming(path):
        yield (Fields(row.fields, f"line {row.line}: ") for row in read_records(path))
