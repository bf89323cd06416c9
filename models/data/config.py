"""Read the TOML file of a run; what it does not know is an error, never ignored."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import MISSING, fields, replace
from pathlib import Path
from typing import Any, TypeVar

from codegen_cli.errors import UsageError
from models.data.decontaminate.phrases import SHORTEST
from models.data.languages import known
from models.data.settings import (
    Corpus,
    DecontaminateSettings,
    DedupSettings,
    FilterSettings,
    ReadSettings,
    RowSettings,
    Settings,
    Source,
    TokenizerSettings,
)

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")

_STAGES: dict[str, type] = {
    "read": ReadSettings,
    "filter": FilterSettings,
    "dedup": DedupSettings,
    "decontaminate": DecontaminateSettings,
    "rows": RowSettings,
}

_TOP = {"out", "workers", "tokenizer", "corpus", *_STAGES}


def read_config(path: Path) -> Settings:
    """Return the settings in a TOML file; paths in it are relative to its folder.

    Raises:
        UsageError: it cannot be read, or a key or value in it is wrong.
    """
    try:
        table = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f'cannot read "{path}": {error}', "give a TOML file") from error
    return settings_of(table, path.resolve().parent)


def settings_of(table: Mapping[str, Any], base: Path) -> Settings:
    """Return the settings in a table.

    Raises:
        UsageError: a key or value in it is wrong.
    """
    _refuse_unknown(table, _TOP, "the file")
    corpora = table.get("corpus", {})
    if not isinstance(corpora, dict) or not corpora:
        raise UsageError("the file names no corpus", 'add [corpus.NAME] with `inputs = ["…"]`')
    workers = table.get("workers", 1)
    if type(workers) is not int or workers < 1:
        raise UsageError(f"workers: {workers!r} is not a positive whole number")
    tokenizer = _fill(TokenizerSettings(), table.get("tokenizer", {}), "tokenizer")
    if tokenizer.folder:
        tokenizer = replace(tokenizer, folder=str(base / tokenizer.folder))
    return Settings(
        out=str(base / str(table.get("out", "corpora"))),
        workers=workers,
        tokenizer=tokenizer,
        corpora=tuple(_corpus(name, corpora[name], table, base) for name in corpora),
    )


def _corpus(name: str, table: Any, top: Mapping[str, Any], base: Path) -> Corpus:
    where = f"corpus.{name}"
    if not name.replace("-", "").replace("_", "").isalnum():
        raise UsageError(f"{where}: a name has letters, digits, - and _ only")
    if name == "tokenizer":
        raise UsageError(f"{where}: that is the tokenizer's folder", "call the corpus otherwise")
    _refuse_unknown(_table(table, where), {"inputs", *_STAGES}, where)
    inputs = table.get("inputs")
    if not isinstance(inputs, list) or not inputs:
        raise UsageError(f"{where}: no inputs", 'write `inputs = ["FOLDER"]`')
    parts = {}
    for stage, kind in _STAGES.items():
        general = _fill(kind(), top.get(stage, {}), stage)
        parts[stage] = _fill(general, table.get(stage, {}), f"{where}.{stage}")
    parts["decontaminate"] = _rooted(parts["decontaminate"], base)
    _check(parts, where)
    return Corpus(name, tuple(_source(one, where, base) for one in inputs), **parts)


def _check(parts: dict[str, Any], where: str) -> None:
    read, dedup, rows = parts["read"], parts["dedup"], parts["rows"]
    wrong = {
        'read.compression must be "", ".gz" or ".zst"': read.compression not in ("", ".gz", ".zst"),
        "read.max_bytes must be positive and below 16 MB": not 0 < read.max_bytes <= 16_000_000,
        "dedup.threshold must be in (0, 1)": not 0 < dedup.threshold < 1,
        "dedup.permutations must be in 16…1024": not 16 <= dedup.permutations <= 1024,
        f"decontaminate.words must be {SHORTEST} or more": parts["decontaminate"].words < SHORTEST,
        "rows.row_length must be 2 or more": rows.row_length < 2,
        "rows.seed must not be negative": rows.seed < 0,
        "sizes and counts must be positive": min(
            read.shard_bytes, read.archive_bytes, read.archive_ratio, dedup.shingle,
            dedup.bucket_bytes, rows.rows_per_shard, rows.shuffle_bytes,
        ) < 1,
    }  # fmt: skip
    for problem, is_wrong in wrong.items():
        if is_wrong:
            raise UsageError(f"{where}: {problem}")


def _source(value: Any, where: str, base: Path) -> Source:
    if isinstance(value, str):
        scheme, _, rest = value.partition(":")
        value = {scheme: rest} if scheme in ("hub", "collect") and rest else {"path": value}
    source = _fill(Source(), _table(value, where), f"{where}.inputs")
    if sum(map(bool, (source.path, source.hub, source.collect))) != 1:
        raise UsageError(f"{where}.inputs: each needs one of `path`, `hub`, `collect`")
    strange = next((name for name in source.languages if not known(name)), None)
    if strange is not None:
        raise UsageError(f'{where}.inputs: no file ending means the language "{strange}"')
    if not 0 < source.sample <= 1:
        raise UsageError(f"{where}.inputs: sample {source.sample} is not in (0, 1]")
    if source.path:
        source = replace(source, path=str(base / Path(source.path).expanduser()))
    return replace(source, roots=tuple(str(base / Path(r).expanduser()) for r in source.roots))


def _rooted(settings: DecontaminateSettings, base: Path) -> DecontaminateSettings:
    paths = (str(base / Path(name).expanduser()) for name in settings.benchmarks)
    return replace(settings, benchmarks=tuple(paths))


def _fill(defaults: T, table: Any, where: str) -> T:
    """Return settings with the values of a table, each of the type of its default."""
    known_fields = {field.name: field for field in fields(defaults)}  # type: ignore[arg-type]
    _refuse_unknown(_table(table, where), set(known_fields), where)
    values: dict[str, Any] = {}
    for key, value in table.items():
        assert known_fields[key].default is not MISSING
        default = known_fields[key].default
        if isinstance(default, float) and type(value) is int:
            value = float(value)
        if isinstance(default, tuple) and isinstance(value, list):
            value = tuple(value)
            if not all(isinstance(one, str) for one in value):
                raise UsageError(f"{where}.{key}: not a list of strings")
        if type(value) is not type(default):
            kind = "list" if isinstance(default, tuple) else type(default).__name__
            raise UsageError(f"{where}.{key}: {value!r} is not of type {kind}")
        if isinstance(value, (int, float)) and value < 0:
            raise UsageError(f"{where}.{key}: {value!r} is negative")
        values[key] = value
    return replace(defaults, **values)  # type: ignore[type-var]


def _table(value: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"{where}: not a table")
    return value


def _refuse_unknown(table: Mapping[str, Any], names: set[str], where: str) -> None:
    unknown = next((key for key in table if key not in names), None)
    if unknown is not None:
        from codegen_cli.registry.nearest import did_you_mean

        near = did_you_mean(unknown, sorted(names), cutoff=0.6)
        raise UsageError(f'{where}: unknown key "{unknown}"', near or f"known: {sorted(names)}")
