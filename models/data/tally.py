"""What a piece of work kept and dropped, and why; sums of it are a stage's report."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Tally:
    """Counts of documents and bytes of text; `counted` holds what a stage counts besides."""

    kept: int = 0
    bytes_in: int = 0
    bytes_out: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    counted: Counter[str] = field(default_factory=Counter)

    def keep(self, size: int) -> None:
        """Count a document that is kept, of so many bytes."""
        self.kept += 1
        self.bytes_out += size

    def drop(self, why: str) -> None:
        """Count a document that is dropped."""
        self.dropped[why] += 1

    def add(self, other: Tally) -> None:
        """Count what another tally counted."""
        self.kept += other.kept
        self.bytes_in += other.bytes_in
        self.bytes_out += other.bytes_out
        self.dropped += other.dropped
        self.counted += other.counted

    def record(self) -> dict[str, Any]:
        """Return it for a report."""
        return {
            "kept": self.kept,
            "dropped": dict(sorted(self.dropped.items())),
            "counted": dict(sorted(self.counted.items())),
            "bytes_in": self.bytes_in,
            "bytes_out": self.bytes_out,
        }


def from_record(record: dict[str, Any]) -> Tally:
    """Return the tally that a report holds."""
    return Tally(
        record["kept"],
        record["bytes_in"],
        record["bytes_out"],
        Counter(record["dropped"]),
        Counter(record["counted"]),
    )
