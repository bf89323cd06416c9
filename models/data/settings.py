"""What the stages are asked for: every threshold and its default, in one place.

A threshold of 0 switches its rule off. The README says where each comes from.
"""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ReadSettings:
    """How documents are read and sharded; sizes in bytes of UTF-8."""

    max_bytes: int = 1_000_000
    shard_bytes: int = 32_000_000
    #: What an archive may give in all, and how many times its own size.
    archive_bytes: int = 100_000_000_000
    archive_ratio: int = 200
    #: How shards of documents are stored: "", ".gz" or ".zst".
    compression: str = ""


@dataclass(frozen=True, slots=True)
class FilterSettings:
    """Which documents stay; lengths of lines in characters, shares in [0, 1]."""

    min_bytes: int = 32
    max_mean_line: int = 100
    max_line: int = 1000
    max_digits: float = 0.9
    generated: bool = True
    parse_python: bool = True
    redact: bool = True


@dataclass(frozen=True, slots=True)
class DedupSettings:
    """What counts as the same document; `shingle` in words, `bucket_bytes` of keys in memory."""

    near: bool = True
    threshold: float = 0.85
    permutations: int = 128
    shingle: int = 5
    bucket_bytes: int = 64_000_000


@dataclass(frozen=True, slots=True)
class DecontaminateSettings:
    """Benchmark files, how many words in a row are an overlap, and what happens then."""

    benchmarks: tuple[str, ...] = ()
    words: int = 13
    drop: bool = True


@dataclass(frozen=True, slots=True)
class TokenizerSettings:
    """A tokenizer's folder, or the size of one to train and the bytes of text to train it on."""

    folder: str = ""
    vocab_size: int = 1024
    sample_bytes: int = 50_000_000


@dataclass(frozen=True, slots=True)
class RowSettings:
    """How tokens become rows; `shuffle_bytes` is what one bucket may hold in memory."""

    row_length: int = 2048
    rows_per_shard: int = 8192
    pad_last: bool = False
    seed: int = 0
    shuffle_bytes: int = 64_000_000
    language_prefix: bool = False


@dataclass(frozen=True, slots=True)
class Source:
    """Where documents come from: a path, a data set on the Hub, or a corpus of this machine."""

    path: str = ""
    hub: str = ""
    collect: str = ""
    revision: str = "main"
    files: str = "*"
    column: str = ""
    languages: tuple[str, ...] = ()
    roots: tuple[str, ...] = ()
    sample: float = 1.0


@dataclass(frozen=True, slots=True)
class Corpus:
    """One corpus and how each stage treats it."""

    name: str
    inputs: tuple[Source, ...]
    read: ReadSettings = field(default_factory=ReadSettings)
    filter: FilterSettings = field(default_factory=FilterSettings)
    dedup: DedupSettings = field(default_factory=DedupSettings)
    decontaminate: DecontaminateSettings = field(default_factory=DecontaminateSettings)
    rows: RowSettings = field(default_factory=RowSettings)


@dataclass(frozen=True, slots=True)
class Settings:
    """A whole run: the folder to write, the processes, the tokenizer they share, the corpora."""

    out: str
    workers: int
    tokenizer: TokenizerSettings
    corpora: tuple[Corpus, ...]
