"""What looks like a secret or a person's address, each rule by its name.

The shapes are those that the services publish, so that their scanners can find them; a password is
found by the name it is assigned to. A rule's group `secret` is what gets replaced.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple


class Rule(NamedTuple):
    """A name for the report, words of which one is in every match, the shape, what replaces it."""

    name: str
    needles: tuple[str, ...]
    pattern: re.Pattern[str]
    instead: str


class Hit(NamedTuple):
    """A span of characters to replace, and by which rule."""

    begin: int
    end: int
    instead: str
    rule: str


_HIDDEN = "REDACTED"

#: Domains under which mail addresses of people are found. Two-letter ones that are also common
#: names of attributes stay out: `a@x.at` may be a product of matrices.
_DOMAINS = (
    "com|org|net|edu|gov|mil|info|biz|io|dev|ai|eu|uk|de|fr|nl|ch|se|no|dk|fi|pl|cz|es|pt|ru|ua|cn|"
    "jp|kr|tw|br|au|nz|ca|us|za|il|hu|gr|ie|be|ro|sk|bg|tr|mx|ar|sg|hk"
)

#: Names that belong to nobody (RFC 2606, RFC 6761).
_NOBODY = re.compile(r"@(?:[\w-]+\.)*(?:example\.(?:com|org|net|edu)|localhost)$", re.IGNORECASE)


def _rule(name: str, needles: str, pattern: str, instead: str = _HIDDEN, flags: int = 0) -> Rule:
    return Rule(name, tuple(needles.split()), re.compile(pattern, flags), instead)


RULES = (
    _rule(
        "e-mail address",
        "@",
        rf"(?:(?<![\w.+@/:-])|(?<=mailto:))(?!git@)[A-Za-z0-9_][\w.+-]{{0,63}}@(?:[A-Za-z0-9][A-Za-z0-9-]{{0,62}}\.){{1,4}}"
        rf"(?:{_DOMAINS})\b(?![\w(\[-]|\.\w)",
        "user@example.com",
        re.IGNORECASE | re.ASCII,
    ),
    _rule(
        "private key",
        "PRIVATE",
        r"-----BEGIN [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----"
        r"(?P<secret>[A-Za-z0-9+/=\s\\\"',:.()-]{40,20000}?)-----END",
    ),
    _rule("AWS access key", "AKIA ASIA", r"\b(?P<secret>(?:AKIA|ASIA)[A-Z2-7]{16})\b"),
    _rule("GitHub token", "gh github_pat_",
          r"\b(?P<secret>gh[pousr]_[A-Za-z0-9]{36,251}|github_pat_\w{82})\b"),
    _rule("GitLab token", "glpat-", r"\b(?P<secret>glpat-[\w-]{20,64})"),
    _rule("Slack token", "xox", r"\b(?P<secret>xox[abeoprs]-[A-Za-z0-9-]{10,250})"),
    _rule("Google API key", "AIza", r"\b(?P<secret>AIza[\w-]{35})(?![\w-])"),
    _rule("Stripe key", "_live_", r"\b(?P<secret>[rs]k_live_[A-Za-z0-9]{16,100})\b"),
    _rule("Hugging Face token", "hf_", r"\b(?P<secret>hf_[A-Za-z]{34})\b"),
    _rule("OpenAI key", "sk-", r"\b(?P<secret>sk-(?:proj-|ant-)?[A-Za-z0-9_-]{32,200})(?![\w-])"),
    _rule("PyPI token", "pypi-AgE", r"\b(?P<secret>pypi-AgE[\w-]{50,500})"),
    _rule("npm token", "npm_", r"\b(?P<secret>npm_[A-Za-z0-9]{36})\b"),
    _rule("JSON web token", "eyJ",
          r"\b(?P<secret>eyJ[\w-]{10,2000}\.eyJ[\w-]{10,4000}\.[\w-]{10,1000})"),
    _rule("password in a URL", "://",
          r"\b[a-z][a-z0-9+.-]{1,15}://[\w.%+-]{1,64}:(?P<secret>[^\s:@/'\"{}<>$%]{3,100})@"),
    _rule(
        "assigned secret",
        "password passwd secret token api_key apikey access_key",
        r"(?:password|passwd|secret|token|api_?key|access_?key)\w{0,20}[\"']?\s{0,4}[:=]\s{0,4}"
        r"[\"'](?P<secret>(?=[^\"'\s]*[0-9])(?=[^\"'\s]*[A-Za-z])[A-Za-z0-9+/=_.~!#^&*-]{16,200})[\"']",
        flags=re.IGNORECASE,
    ),
)  # fmt: skip


def find(text: str) -> Iterator[Hit]:
    """Yield what every rule finds, rule by rule."""
    lowered = text.lower()
    for rule in RULES:
        if not any(needle.lower() in lowered for needle in rule.needles):
            continue
        for match in rule.pattern.finditer(text):
            group = "secret" if "secret" in rule.pattern.groupindex else 0
            if group == 0 and _NOBODY.search(match[0]):
                continue
            if match[group] != rule.instead:
                yield Hit(*match.span(group), rule.instead, rule.name)
