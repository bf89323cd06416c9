"""Documents: one JSON object a line, in shards that are written whole.

`{"text", "source", "language"?, "weights"?}`; `weights` are `[begin, end, weight]` spans of
characters (end exclusive) with loss weights in [0, 1]; what no span covers weighs 1.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from codegen_cli.errors import CodegenError
from models.data.streams import lines, open_plain, whole

#: Characters [begin, end) of a text, and how much they count in the loss.
Span = tuple[int, int, float]

#: Our own shards hold no longer lines: what is read is bounded before.
_MOST_LINE = 1 << 28


@dataclass(frozen=True, slots=True)
class Document:
    """A text, where it came from, its language ("" if unknown) and the weights of its parts."""

    text: str
    source: str
    language: str = ""
    weights: tuple[Span, ...] = ()

    def line(self) -> bytes:
        """Return it as a line of a shard."""
        fields: dict[str, object] = {"text": self.text, "source": self.source}
        if self.language:
            fields["language"] = self.language
        if self.weights:
            fields["weights"] = self.weights
        return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def parse(line: bytes) -> Document | None:
    """Return the document in a line, None where it is none."""
    try:
        return from_fields(json.loads(line))
    except (ValueError, RecursionError):
        return None


def from_fields(fields: Any) -> Document | None:
    """Return the document that an object describes, None where it is none.

    A lone surrogate is no text: it has no UTF-8.
    """
    try:
        text, source = fields["text"], fields.get("source", "")
        language = fields.get("language") or ""
        spans = tuple((int(b), int(e), float(w)) for b, e, w in fields.get("weights") or ())
        (text + source + language).encode()
    except (ValueError, KeyError, TypeError, AttributeError):
        return None
    good = all(0 <= b <= e <= len(text) and 0 <= w <= 1 for b, e, w in spans)
    return Document(text, source, language, spans) if good else None


def read_shard(path: Path) -> Iterator[Document]:
    """Yield the documents of a shard of our own.

    Raises:
        CodegenError: it is damaged or gone.
    """
    try:
        with path.open("rb") as raw, open_plain(raw, path.name) as stream:
            for line in lines(stream, _MOST_LINE):
                document = parse(line) if line else None
                if document is None:
                    raise ValueError("a line is no document")
                yield document
    except (OSError, EOFError, ValueError) as error:
        raise CodegenError(
            f'cannot read "{path}": {error}', "remove the folder of this stage and run it again"
        ) from error


@contextmanager
def write_shard(path: Path) -> Iterator[ShardWriter]:
    """Yield a writer of documents into a shard that appears whole."""
    with whole(path) as stream:
        yield ShardWriter(stream)


@dataclass(slots=True)
class ShardWriter:
    """Writes documents, and counts their bytes of text."""

    stream: IO[bytes]
    size: int = 0
    count: int = 0

    def add(self, document: Document) -> None:
        """Write one document."""
        self.stream.write(document.line())
        self.size += len(document.text.encode())
        self.count += 1
