"""Its place makes the helpers in this folder importable from every test (pytest's rootdir rule)."""

from __future__ import annotations

import signal

import pytest

# A shell that runs a command with & makes it, and so every child of ours, deaf to Ctrl-C.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what the package remembers between runs out of the user's cache, and of other tests."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
