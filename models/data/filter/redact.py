"""Remove secrets and addresses from a document; the weights of its parts stay where they belong."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from dataclasses import replace

from models.data.documents import Document, Span
from models.data.filter.secrets import Hit, find


def redact(document: Document) -> tuple[Document, Counter[str]]:
    """Return a document without secrets and addresses, and how many each rule found."""
    hits = without_overlaps(list(find(document.text)))
    if not hits:
        return document, Counter()
    text = _replaced(document.text, hits)
    weights = tuple(moved(span, hits) for span in document.weights)
    found = Counter(f"removed: {hit.rule}" for hit in hits)
    return replace(document, text=text, weights=weights), found


def without_overlaps(hits: list[Hit]) -> list[Hit]:
    """Return hits by their beginning; of two that overlap the first, or the longer one."""
    kept: list[Hit] = []
    for hit in sorted(hits, key=lambda hit: (hit.begin, -hit.end)):
        if not kept or hit.begin >= kept[-1].end:
            kept.append(hit)
    return kept


def _replaced(text: str, hits: list[Hit]) -> str:
    parts, at = [], 0
    for hit in hits:
        parts += [text[at : hit.begin], hit.instead]
        at = hit.end
    return "".join([*parts, text[at:]])


def moved(span: Span, hits: list[Hit]) -> Span:
    """Return where a span lies after the hits were replaced; a cut in one moves to its edge."""
    begin, end, weight = span
    return _moved(begin, hits, end=False), _moved(end, hits, end=True), weight


def _moved(at: int, hits: list[Hit], *, end: bool) -> int:
    count = bisect_right([hit.begin for hit in hits], at - 1 if end else at)
    before = hits[:count]
    shift = sum(len(hit.instead) - (hit.end - hit.begin) for hit in before)
    if before and at < before[-1].end:
        # Inside a hit: a beginning goes to the hit's beginning, an end to its end.
        last = before[-1]
        shift -= len(last.instead) - (last.end - last.begin)
        return last.begin + shift + (len(last.instead) if end else 0)
    return at + shift
