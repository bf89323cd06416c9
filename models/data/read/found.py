"""What reading one file, line or row gives: a document, or the reason why not."""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass

from models.data.documents import Document

#: Reasons why something is not read.
NOT_UTF8 = "not UTF-8"
BINARY = "binary"
TOO_LARGE = "too large"
NO_DOCUMENT = "not a document"
DAMAGED = "damaged"
LINK = "link or device"
ARCHIVE_LIMIT = "archive over its limits"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Refused:
    """Something that gave no document."""

    why: str


Found = Document | Refused


def text_of(data: bytes) -> str | Refused:
    """Return the text of a file: UTF-8 without a mark, lines ended by `\\n` alone."""
    if b"\0" in data:
        return Refused(BINARY)
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return Refused(NOT_UTF8)
    return io.IncrementalNewlineDecoder(None, translate=True).decode(text, final=True)


def is_sampled(name: str, share: float) -> bool:
    """Say whether a name belongs to a sample: its hash decides, the same on every run."""
    if share >= 1:
        return True
    digest = hashlib.sha256(name.encode("utf-8", "surrogateescape")).digest()
    return int.from_bytes(digest[:8], "big") < share * 2**64
