"""Rules that refuse a document, pure: each says why, or ""."""

from __future__ import annotations

import re

from models.data.documents import Document
from models.data.python_source import parse_python
from models.data.settings import FilterSettings

#: Where files say that a program wrote them: near their beginning.
_HEAD = 2000

#: What such files say, by themselves and in comments of every language.
_GENERATED = re.compile(
    r"""
      \bauto[-_ ]?(?:matically[-_ ])?generated\b
    | \b(?:code|file|source)\s+(?:is|was|has\ been)\s+(?:automatically\s+)?generated\b
    | \bgenerated\s+(?:automatically|by\s+(?:the\s+)?(?:protocol\ buffer|protoc|swig|cython|
        bison|flex|yacc|antlr|thrift|autoconf|automake|cmake|qt|pyuic))
    | @generated\b
    | \bdo\ not\ (?:edit|modify)\b.{0,40}\b(?:generated|by\ hand|manually)
    | \bgenerated\b.{0,60}\bdo\ not\ (?:edit|modify|touch)\b
    """,
    re.IGNORECASE | re.VERBOSE | re.DOTALL,
)

_DIGITS = re.compile(r"[0-9a-fA-F]")
_BLANK = re.compile(r"\s+")


def refusal(document: Document, settings: FilterSettings) -> str:
    """Return why a document is dropped, "" where it stays; cheap rules come first."""
    text = document.text
    size = len(text.encode())
    if size < settings.min_bytes:
        return "too small"
    return (
        _lines(text, settings)
        or _digits(text, settings.max_digits)
        or ("generated" if settings.generated and is_generated(text) else "")
        or _python(document, settings)
    )


def _lines(text: str, settings: FilterSettings) -> str:
    lengths = [len(line) for line in text.split("\n")]
    if lengths[-1] == 0 and len(lengths) > 1:
        lengths.pop()
    if settings.max_line and max(lengths) > settings.max_line:
        return "longest line"
    if settings.max_mean_line and sum(lengths) > settings.max_mean_line * len(lengths):
        return "mean line"
    return ""


def _digits(text: str, most: float) -> str:
    """Refuse tables of numbers: the share of decimal and hexadecimal digits among what shows."""
    shown = len(_BLANK.sub("", text))
    if not most or not shown:
        return ""
    return "digits" if len(_DIGITS.findall(text)) > most * shown else ""


def is_generated(text: str) -> bool:
    """Say whether a file says of itself that a program wrote it."""
    return _GENERATED.search(text, 0, _HEAD) is not None


def _python(document: Document, settings: FilterSettings) -> str:
    if not settings.parse_python or document.language != "Python":
        return ""
    return "" if parse_python(document.text) is not None else "unparsable Python"
