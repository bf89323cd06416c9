"""The real `codegen pull` in a process of its own, against a Hub on loopback."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from checkpoints import write_checkpoint
from server import Hub

REPO = "Salesforce/codegen-350M-mono"


@dataclass
class Home:
    """A user's home, empty at first, whose Hub is the one on loopback."""

    path: Path
    environment: dict[str, str]

    @property
    def models(self) -> Path:
        return self.path / ".local/share/codegen/models"

    @property
    def hub_cache(self) -> Path:
        return self.path / ".cache/huggingface/hub"

    def cached(self, name: str, repo: str = REPO) -> list[Path]:
        """Return the links to a file in the Hub's cache, of all commits."""
        folder = self.hub_cache / f"models--{repo.replace('/', '--')}"
        return sorted(folder.glob(f"snapshots/*/{name}"))

    def parts(self) -> list[Path]:
        """Return the parts of downloads that have not ended."""
        return sorted(self.hub_cache.rglob("*.incomplete"))

    def read_in_short_blocks(self) -> None:
        """Let a cut fall inside a small file: the client reads ten megabytes at a time."""
        folders = [str(Path(__file__).parent / "short_reads"), *sys.path]
        self.environment["PYTHONPATH"] = os.pathsep.join(folders)

    def start(
        self,
        *arguments: str,
        preexec_fn: Callable[[], None] | None = None,
        **variables: str,
    ) -> subprocess.Popen[str]:
        """Start `codegen ARGUMENTS`."""
        return subprocess.Popen(
            [sys.executable, "-m", "codegen_cli", *arguments],
            env={**self.environment, **variables},
            cwd=self.path,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            preexec_fn=preexec_fn,
        )

    def run(self, *arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
        """Run `codegen ARGUMENTS` to its end."""
        process = self.start(*arguments, **variables)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)

    def run_until(
        self, reached: Callable[[], bool], how: signal.Signals, *arguments: str
    ) -> subprocess.CompletedProcess[str]:
        """Run `codegen ARGUMENTS`, and send it a signal when something is reached."""
        process = self.start(*arguments)
        while not reached():
            assert process.poll() is None, process.communicate()
            time.sleep(0.005)
        process.send_signal(how)
        out, err = process.communicate(timeout=240)
        return subprocess.CompletedProcess(arguments, process.returncode, out, err)


@pytest.fixture
def hub() -> Iterator[Hub]:
    server = Hub()
    yield server
    server.close()


@pytest.fixture
def home(tmp_path: Path, hub: Hub) -> Home:
    return make_home(tmp_path / "home", hub)


def make_home(path: Path, hub: Hub) -> Home:
    path.mkdir()
    ours = ("CODEGEN_", "XDG_", "HF_", "HUGGING")
    kept = {key: value for key, value in os.environ.items() if not key.startswith(ours)}
    return Home(
        path,
        {**kept, "HOME": str(path), "HF_ENDPOINT": hub.url, "CODEGEN_THREADS": "1"},
    )


def small(folder: Path, **changes: Any) -> Path:
    """Write a checkpoint of 0.7 MB with a card."""
    shape: dict[str, Any] = {
        "n_layer": 2,
        "n_embd": 64,
        "n_head": 4,
        "rotary_dim": 8,
        "vocab_size": 512,
        "seed": 1,
    }
    write_checkpoint(folder, **{**shape, **changes})
    (folder / "README.md").write_text("---\nlicense: bsd-3-clause\n---\n# A model\n")
    return folder


@pytest.fixture
def checkpoint(tmp_path: Path, hub: Hub) -> Path:
    """Serve a small checkpoint under the name of a recipe."""
    hub.repos[REPO] = small(tmp_path / "repo")
    return hub.repos[REPO]
