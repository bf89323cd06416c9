"""A listing that comes from no real Hub: its hashes must not become paths."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from codegen_cli.errors import ModelError
from codegen_cli.hub import listing

COMMIT, SHA256, SHA1 = "c" * 40, "a" * 64, "b" * 40


def served(monkeypatch: pytest.MonkeyPatch, commit: Any, **file: Any) -> None:
    """Let the client answer with one file."""
    entry = SimpleNamespace(**{"rfilename": "f", "size": 1, "blob_id": SHA1, "lfs": None, **file})
    info = SimpleNamespace(sha=commit, siblings=[entry])
    api = SimpleNamespace(model_info=lambda *_, **__: info)
    monkeypatch.setattr(listing, "client", lambda: SimpleNamespace(HfApi=lambda: api))


def test_large_files_have_a_sha256_and_small_ones_gits(monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, COMMIT)
    (small,) = listing.list_repo("a/b", "main", lambda _: None).files
    assert small.etag == SHA1 and not small.is_large
    served(monkeypatch, COMMIT, lfs=SimpleNamespace(sha256=SHA256))
    (large,) = listing.list_repo("a/b", "main", lambda _: None).files
    assert large.etag == SHA256 and large.is_large


@pytest.mark.parametrize(
    ("commit", "file"),
    [
        (None, {}),
        ("../../etc", {}),
        ("main", {}),
        (COMMIT, {"size": None}),
        (COMMIT, {"size": "9"}),
        (COMMIT, {"blob_id": None}),
        (COMMIT, {"blob_id": "../" * 13 + "x"}),
        (COMMIT, {"lfs": SimpleNamespace(sha256="../" * 21 + "x")}),
    ],
    ids=str,
)
def test_what_is_no_hash_is_refused(
    monkeypatch: pytest.MonkeyPatch, commit: Any, file: dict[str, Any]
) -> None:
    served(monkeypatch, commit, **file)
    with pytest.raises(ModelError, match="the Hub"):
        listing.list_repo("a/b", "main", lambda _: None)
