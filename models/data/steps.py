"""The stages of one corpus in their order, and what each reads of the one before."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from codegen_cli.errors import UsageError
from codegen_cli.registry.fingerprint import sha256
from models.data.decontaminate.stage import decontaminate_work
from models.data.dedup.duplicates import duplicates_work
from models.data.dedup.keys import keys_work
from models.data.dedup.survivors import survivors_work
from models.data.filter.stage import filter_work
from models.data.partition import partitions
from models.data.read.plan import read_plan, write_plan
from models.data.read.stage import read_work
from models.data.rows.steps import concatenate, shuffle, tokenize
from models.data.run import Run
from models.data.settings import Corpus
from models.data.stage import Stage, Work, documents_in, finished, outputs

Step = Callable[[Run, Corpus], None]


def read(run: Run, corpus: Corpus) -> None:
    """Step 0: read the inputs into shards of documents."""
    folder = run.folder(corpus.name, "read")
    plan = folder / "plan.jsonl"
    wanted = {"inputs_of": [asdict(one) for one in corpus.inputs], **asdict(corpus.read)}
    stage = Stage(f"{corpus.name}/read", folder, wanted, "")
    stage.open()
    write_plan(plan, corpus)
    run.do(stage, read_work(corpus.read), read_plan(plan), sum(1 for _ in read_plan(plan)))


def filter_(run: Run, corpus: Corpus) -> None:
    """Step 1: drop what is no good to learn from, remove secrets and addresses."""
    _each_shard(run, corpus, "filter", "read", asdict(corpus.filter), filter_work(corpus.filter))


def dedup(run: Run, corpus: Corpus) -> None:
    """Step 2: drop documents that have an earlier one like them."""
    settings = asdict(corpus.dedup)
    keys = run.folder(corpus.name, "dedup", "keys")
    found = run.folder(corpus.name, "dedup", "duplicates")
    _each_shard(run, corpus, "dedup/keys", "filter", settings, keys_work(corpus.dedup))
    shards = len(documents_in(run.folder(corpus.name, "filter")))
    files = finished(keys)["files"]
    size = sum(entry["bytes"] for entry in files if entry["name"].startswith("keys-"))
    parts = partitions(size, corpus.dedup.bucket_bytes)
    stage = Stage(f"{corpus.name}/dedup/duplicates", found, settings, finished(keys)["sha256"])
    run.do(stage, duplicates_work(corpus.dedup, keys, shards), parts, len(parts))
    settings["duplicates"] = finished(found)["sha256"]
    work = survivors_work(outputs(found))
    _each_shard(run, corpus, "dedup/documents", "filter", settings, work)


def decontaminate(run: Run, corpus: Corpus) -> None:
    """Between 2 and 3: find, and by default drop, documents that overlap with benchmarks."""
    settings = asdict(corpus.decontaminate)
    paths = [Path(name) for name in corpus.decontaminate.benchmarks]
    missing = next((path for path in paths if not path.is_file()), None)
    if missing is not None:
        raise UsageError(f'no such benchmark file: "{missing}"', "check decontaminate.benchmarks")
    settings["benchmarks"] = [sha256(path) for path in paths]
    work = decontaminate_work(corpus.decontaminate)
    _each_shard(run, corpus, "decontaminate", "dedup/documents", settings, work)


def _each_shard(
    run: Run, corpus: Corpus, name: str, before: str, settings: dict[str, Any], work: Work[str]
) -> None:
    source = run.folder(corpus.name, *before.split("/"))
    shards = [str(path) for path in documents_in(source)]
    folder = run.folder(corpus.name, *name.split("/"))
    stage = Stage(f"{corpus.name}/{name}", folder, settings, finished(source)["sha256"])
    run.do(stage, work, shards, len(shards))


#: The stages before and after the tokenizer, which is made of what all corpora have left.
BEFORE: dict[str, Step] = {
    "read": read,
    "filter": filter_,
    "dedup": dedup,
    "decontaminate": decontaminate,
}
AFTER: dict[str, Step] = {"tokenize": tokenize, "shuffle": shuffle, "concatenate": concatenate}
