"""Steps 3 to 5 of one corpus: tokenize, shuffle, concatenate."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from codegen_cli.errors import CodegenError
from codegen_cli.files import write_output
from models.data.partition import partitions
from models.data.rows.concatenate import RowFormat, concatenate_work, rows_in
from models.data.rows.manifest import manifest
from models.data.rows.shuffle import bucket_work, sort_work
from models.data.rows.tokenize import tokenize_work
from models.data.run import Run
from models.data.settings import Corpus
from models.data.stage import Stage, documents_in, finished, load, shown, unit_path
from models.data.tokenizer.load import load as load_tokenizer
from models.data.tokenizer.stage import tokenizer_folder


def tokenize(run: Run, corpus: Corpus) -> None:
    """Step 3: turn documents into ids."""
    source = run.folder(corpus.name, "decontaminate")
    tokenizer = tokenizer_folder(run)
    prefix = corpus.rows.language_prefix
    settings = {"tokenizer": load_tokenizer(tokenizer).sha256, "language_prefix": prefix}
    shards = [str(path) for path in documents_in(source)]
    folder = run.folder(corpus.name, "tokens")
    stage = Stage(f"{corpus.name}/tokens", folder, settings, finished(source)["sha256"])
    run.do(stage, tokenize_work(str(tokenizer), prefix), shards, len(shards))


def shuffle(run: Run, corpus: Corpus) -> None:
    """Step 4: put the documents into a random order."""
    tokens = run.folder(corpus.name, "tokens")
    folder = run.folder(corpus.name, "shuffle", "sorted")
    shards = finished(tokens)["units"]
    seed = {"seed": corpus.rows.seed}
    stage = Stage(f"{corpus.name}/shuffle/sorted", folder, seed, finished(tokens)["sha256"])
    report = run.do(stage, sort_work(tokens, corpus.rows.seed), range(shards), shards)
    most = corpus.rows.shuffle_bytes
    parts = partitions(sum(entry["bytes"] for entry in report["files"]), most)
    size = load_tokenizer(tokenizer_folder(run)).size
    stage = Stage(
        f"{corpus.name}/shuffle/documents",
        run.folder(corpus.name, "shuffle", "documents"),
        {**seed, "shuffle_bytes": most},
        report["sha256"],
    )
    run.do(stage, bucket_work(folder, shards, size), parts, len(parts))


def concatenate(run: Run, corpus: Corpus) -> None:
    """Step 5: cut the stream into rows, and describe them in a manifest."""
    source = run.folder(corpus.name, "shuffle", "documents")
    before = finished(source)
    sizes = bucket_tokens(source, before["units"])
    vocabulary = load_tokenizer(tokenizer_folder(run))
    weighted = any(entry["name"].endswith(".weights.npy") for entry in before["files"])
    wanted = corpus.rows
    rest = sum(sizes) % wanted.row_length
    form = RowFormat(
        wanted.row_length,
        wanted.rows_per_shard,
        wanted.pad_last,
        vocabulary.end_of_text,
        weighted or (wanted.pad_last and rest > 0),
    )
    rows = rows_in(sum(sizes), form)
    if not rows:
        raise CodegenError(
            f"{corpus.name}: {sum(sizes)} tokens do not fill a row of {form.length}",
            "read more, or set rows.pad_last or a smaller rows.row_length",
        )
    shards = -(-rows // form.per_shard)
    folder = run.folder(corpus.name, "rows")
    stage = Stage(f"{corpus.name}/rows", folder, asdict(form), before["sha256"])
    report = run.do(stage, concatenate_work(source, sizes, form), range(shards), shards)
    lost = 0 if wanted.pad_last else rest
    write_output(folder / "manifest.json", shown(manifest(report, form, vocabulary, lost)))


def bucket_tokens(folder: Path, units: int) -> tuple[int, ...]:
    """Return the tokens in each bucket of a shuffle."""
    tallies = (load(unit_path(folder, number))["tally"] for number in range(units))
    return tuple(tally["counted"].get("tokens", 0) for tally in tallies)
