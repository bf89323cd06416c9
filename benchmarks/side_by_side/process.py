"""A contender in a process of its own that takes one command at a time."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import Any

from benchmarks.side_by_side.contenders import Contender


class PeerError(Exception):
    """A contender could not do what it was asked for."""


class Peer:
    """The process of one contender; it computes only while a call waits for it."""

    def __init__(self, contender: Contender, path: str, threads: int, clock: str) -> None:
        self.contender = contender
        command = [sys.executable, "-m", "benchmarks.side_by_side.worker"]
        command += [contender.module, path, str(threads), clock]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._answer()

    def call(self, method: str, work: dict[str, Any]) -> dict[str, Any]:
        """Let it do some work and return its figures.

        Raises:
            PeerError: it failed.
        """
        assert self._process.stdin
        self._process.stdin.write(json.dumps({"method": method, "work": work}) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout
        line = self._process.stdout.readline()
        if not line:
            raise PeerError(f"its process ended with {self._process.wait()}")
        answer = json.loads(line)
        if "error" in answer:
            raise PeerError(answer["error"])
        return answer

    def close(self) -> None:
        """End the process; safe after it failed."""
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe
            pipe.close()
        self._process.wait()
