"""Secrets and addresses are replaced, look-alikes are not, and weights stay on their text."""

from __future__ import annotations

import ast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.data.documents import Document
from models.data.filter.redact import moved, redact, without_overlaps
from models.data.filter.secrets import Hit

A40 = "aB3dE5gH7jK9mN1pQ3sT5vX7zA9cD1fG3hJ5kL7n"

#: Put together here, so that no scanner of this repository takes them for real ones.
SECRETS = {
    "AWS access key": "AKIA" + "IOSFODNN7EXAMPLE",
    "GitHub token": "ghp_" + A40[:36],
    "GitLab token": "glpat-" + A40[:20],
    "Slack token": "xoxb-" + "123456789012-" + A40[:24],
    "Google API key": "AIza" + A40[:35],
    "Stripe key": "sk_live_" + A40[:24],
    "Hugging Face token": "hf_" + "abcdefghijklmnopqrstuvwxyzABCDEFGH",
    "OpenAI key": "sk-" + A40,
    "npm token": "npm_" + A40[:36],
    "JSON web token": "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NTY3ODkwIn0." + A40,
    "PyPI token": "pypi-AgE" + A40 + A40,
}


def cleaned(text: str) -> tuple[str, dict[str, int]]:
    document, found = redact(Document(text, "x"))
    return document.text, {name.removeprefix("removed: "): n for name, n in found.items()}


@pytest.mark.parametrize("name", SECRETS)
def test_tokens_of_services_are_replaced(name: str) -> None:
    assert cleaned(f'value = "{SECRETS[name]}"\n') == ('value = "REDACTED"\n', {name: 1})


def test_private_keys_passwords_and_urls_are_replaced_and_the_code_still_parses() -> None:
    body = "\n".join([A40 + A40[:24]] * 12)
    text = (
        f'KEY = """-----BEGIN RSA PRIVATE KEY-----\n{body}\n-----END RSA PRIVATE KEY-----"""\n'
        f'db = "postgresql://admin:s3cr3tpw@db.internal/x"\nPASSWORD = "{A40[:20]}"\n'
    )
    clean, found = cleaned(text)
    assert found == {"private key": 1, "password in a URL": 1, "assigned secret": 1}
    assert A40[:20] not in clean and "s3cr3tpw" not in clean
    assert 'db = "postgresql://admin:REDACTED@db.internal/x"' in clean
    ast.parse(clean)
    assert cleaned(clean) == (clean, {})


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("# Jane Doe <jane.doe+x@mail.company.co.uk>\n", "# Jane Doe <user@example.com>\n"),
        ("mailto:Bob@Company.COM.", "mailto:user@example.com."),
        ("write to bob@company.com.", "write to user@example.com."),
    ],
)
def test_addresses_are_replaced(text: str, clean: str) -> None:
    assert cleaned(text)[0] == clean


@pytest.mark.parametrize(
    "text",
    [
        "y = w@self.weight\n",
        "y = a@b.T\n",
        "y = q@k.io(x)\n",
        "y = q@k.ca.mT\n",
        "@app.route\ndef f(): ...\n",
        "ask user@example.com or root@localhost\n",
        "git@github.com:owner/name.git",
        "ssh://git@github.com/owner/name",
        'password = "changeme"\n',
        'token = "aaaaaaaaaaaaaaaaaaaaaaaa"\n',
        'secret_name = "the secret of the old house 12"\n',
        'url = f"https://{user}:{password}@host/"\n',
        "sha = 'da39a3ee5e6b4b0d3255bfef95601890afd80709'\n",
    ],
)
def test_what_only_looks_alike_stays(text: str) -> None:
    assert cleaned(text) == (text, {})


def test_weights_stay_on_their_text() -> None:
    text = "# mail bob@company.com\nx = 1\n"
    code = text.index("x = 1")
    spans = ((0, code, 0.25), (code, len(text), 1.0))
    document, _ = redact(Document(text, "x", weights=spans))
    parts = [document.text[begin:end] for begin, end, _ in document.weights]
    assert parts == ["# mail user@example.com\n", "x = 1\n"]


@given(st.data())
def test_moved_spans_cover_the_same_characters(data: st.DataObject) -> None:
    size = 40
    cuts = sorted(data.draw(st.sets(st.integers(0, size), min_size=0, max_size=6)))
    hits = [
        Hit(b, e, "#" * data.draw(st.integers(0, 9)), "r")
        for b, e in zip(cuts[::2], cuts[1::2], strict=False)
    ]
    text = "".join(chr(ord("A") + i) for i in range(size))
    begin = data.draw(st.integers(0, size))
    end = data.draw(st.integers(begin, size))
    clean, at = "", 0
    for hit in hits:
        clean += text[at : hit.begin] + hit.instead
        at = hit.end
    clean += text[at:]
    new_begin, new_end, _ = moved((begin, end, 1.0), hits)
    assert 0 <= new_begin <= new_end <= len(clean)
    gone = {c for hit in hits for c in text[hit.begin : hit.end]}
    wanted = [c for c in text[begin:end] if c not in gone]
    assert [c for c in clean[new_begin:new_end] if c != "#"] == wanted


def test_a_cut_inside_what_is_replaced_moves_to_its_edge() -> None:
    hits = [Hit(10, 20, "XYZ", "r")]
    assert moved((0, 15, 0.5), hits) == (0, 13, 0.5)
    assert moved((15, 30, 0.5), hits) == (10, 23, 0.5)
    assert moved((12, 14, 0.5), hits) == (10, 13, 0.5)
    assert moved((0, 10, 0.5), hits) == (0, 10, 0.5)
    assert moved((20, 30, 0.5), hits) == (13, 23, 0.5)


def test_of_overlapping_hits_the_first_is_kept() -> None:
    hits = [Hit(5, 9, "x", "b"), Hit(0, 6, "x", "a"), Hit(9, 12, "x", "c"), Hit(0, 3, "x", "d")]
    assert [hit.rule for hit in without_overlaps(hits)] == ["a", "c"]
