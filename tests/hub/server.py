"""A server on loopback that speaks the Hub's protocol, with faults on demand.

`Hub` is the Hub: listings, and `resolve` addresses that answer HEAD and GET themselves for small
files and redirect to storage for large ones. Storage is a second server under another host name, as
it is in reality: it gives ranges, and must never see the token.
"""

from __future__ import annotations

import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

#: What real repositories store outside of git.
_LARGE = (".safetensors", ".bin", ".jsonl", ".gz", ".zst", ".parquet")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")
_KIND = "/api/(?:models|datasets)"
_LISTING = re.compile(_KIND + r"/(?P<repo>[^/]+/[^/]+)(/revision/(?P<revision>[^/?]+))?")
_TREE = re.compile(_KIND + r"/(?P<repo>[^/]+/[^/]+)/(?:tree|paths-info)/(?P<revision>[^/?]+)")
_RESOLVE = re.compile(
    r"/(?:datasets/)?(?P<repo>[^/]+/[^/]+)/resolve/(?P<revision>[^/]+)/(?P<name>.+)"
)
_BLOCK = 1 << 14


@dataclass
class Seen:
    """A request that came in."""

    where: str
    method: str
    path: str
    token: str | None
    range: str | None


@dataclass
class Faults:
    """What goes wrong: each entry is used up by one request that it fits.

    `status` maps a piece of the path to answers (code, headers); `cut` truncates a body after so
    many bytes; `damage` flips a byte of a body.
    """

    status: dict[str, list[tuple[int, dict[str, str]]]] = field(default_factory=dict)
    cut: dict[str, list[int]] = field(default_factory=dict)
    damage: dict[str, int] = field(default_factory=dict)
    no_ranges: bool = False
    delay: float = 0.0


class Hub:
    """Serve checkpoint folders as repositories; each has one commit, on `main`."""

    def __init__(self) -> None:
        self.repos: dict[str, Path] = {}
        self.private: dict[str, str] = {}
        self.gated: set[str] = set()
        self.sizes: dict[str, int] = {}
        self.xet = False
        self.seen: list[Seen] = []
        self.faults = Faults()
        self._api = _serve("127.0.0.1", self, _Api)
        self._storage = _serve("127.0.0.1", self, _Storage)

    @property
    def url(self) -> str:
        """Return the address for HF_ENDPOINT."""
        return f"http://127.0.0.1:{self._api.server_address[1]}"

    @property
    def storage_url(self) -> str:
        """Return the address of the storage: another host, as browsers and clients see it."""
        return f"http://localhost:{self._storage.server_address[1]}"

    def close(self) -> None:
        """Stop serving."""
        for server in (self._api, self._storage):
            server.shutdown()
            server.server_close()

    def commit(self, repo: str) -> str:
        """Return the commit of a repository: it follows from the contents."""
        digest = hashlib.sha1(repo.encode())
        for path in self.files(repo):
            digest.update(path.name.encode() + path.read_bytes())
        return digest.hexdigest()

    def files(self, repo: str) -> list[Path]:
        """Return the files of a repository."""
        return sorted(path for path in self.repos[repo].iterdir() if path.is_file())

    def requests(self, where: str = "", method: str = "", path: str = "") -> list[Seen]:
        """Return the requests so far that fit."""
        return [
            seen
            for seen in self.seen
            if where in seen.where and method in seen.method and path in seen.path
        ]

    def sent(self) -> Counter[str]:
        """Count the downloads from storage by file."""
        return Counter(seen.path.rsplit("/", 1)[1] for seen in self.requests("storage", "GET"))


def is_large(path: Path) -> bool:
    return path.suffix in _LARGE


def etag(path: Path) -> str:
    """Return the hash that the Hub gives: SHA-256 of large files, git's of small ones."""
    data = path.read_bytes()
    if is_large(path):
        return hashlib.sha256(data).hexdigest()
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()


def _serve(
    host: str, hub: Hub, handler: Callable[..., BaseHTTPRequestHandler]
) -> ThreadingHTTPServer:
    class Server(ThreadingHTTPServer):
        daemon_threads = True

        def handle_error(self, request: Any, client_address: Any) -> None:
            """A client that was killed is no news."""

    server = Server((host, 0), handler)
    server.hub = hub  # type: ignore[attr-defined]
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    return server


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    where = ""

    @property
    def hub(self) -> Hub:
        return self.server.hub  # type: ignore[attr-defined, no-any-return]

    def do_HEAD(self) -> None:
        self._handle()

    def do_GET(self) -> None:
        self._handle()

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self._handle()

    def _handle(self) -> None:
        token = (self.headers.get("Authorization") or "").removeprefix("Bearer ") or None
        path = unquote(urlsplit(self.path).path)
        self.hub.seen.append(Seen(self.where, self.command, path, token, self.headers.get("Range")))
        for piece, answers in self.hub.faults.status.items():
            if piece in path and answers:
                status, headers = answers.pop(0)
                return self.answer(status, b"no", headers)
        return self.respond(path, token)

    def respond(self, path: str, token: str | None) -> None:
        raise NotImplementedError

    def answer(self, status: int, body: bytes, headers: dict[str, str]) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        if body and self.command != "HEAD":
            self.send_body(body)

    def send_body(self, body: bytes) -> None:
        """Send a body, with the faults that are due."""
        name = self.path.rsplit("/", 1)[1].partition("?")[0]
        faults = self.hub.faults
        if faults.damage.get(name, 0):
            faults.damage[name] -= 1
            body = body[:-1] + bytes([body[-1] ^ 1])
        stop = len(body)
        if faults.cut.get(name):
            stop = min(stop, faults.cut[name].pop(0))
        for start in range(0, stop, _BLOCK):
            self.wfile.write(body[start : min(stop, start + _BLOCK)])
            time.sleep(faults.delay)
        if stop < len(body):
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """The tests look at `seen`."""


class _Api(_Handler):
    where = "hub"

    def respond(self, path: str, token: str | None) -> None:
        tree = _TREE.fullmatch(path)
        match = tree or _LISTING.fullmatch(path) or _RESOLVE.fullmatch(path)
        if match is None:
            return self.answer(404, b"", {})
        repo = match["repo"]
        refusal = self._refusal(repo, match["revision"] or "main", token)
        if refusal is not None:
            status, code = refusal
            return self.answer(status, b"{}", {"X-Error-Code": code})
        if tree:
            return self._tree(repo)
        if "name" not in match.groupdict():
            return self._listing(repo)
        return self._resolve(repo, match["name"])

    def _refusal(self, repo: str, revision: str, token: str | None) -> tuple[int, str] | None:
        if repo not in self.hub.repos:
            return (404 if token else 401), "RepoNotFound"
        if self.hub.private.get(repo, token) != token:
            return 401, "RepoNotFound"
        if repo in self.hub.gated:
            return 403, "GatedRepo"
        if revision not in ("main", self.hub.commit(repo)):
            return 404, "RevisionNotFound"
        return None

    def _listing(self, repo: str) -> None:
        siblings = []
        for path in self.hub.files(repo):
            size = self.hub.sizes.get(path.name, path.stat().st_size)
            entry: dict[str, Any] = {"rfilename": path.name, "size": size, "blobId": etag(path)}
            if is_large(path):
                entry["blobId"] = "0" * 40
                entry["lfs"] = {"sha256": etag(path), "size": size, "pointerSize": 134}
            siblings.append(entry)
        body = json.dumps({"id": repo, "sha": self.hub.commit(repo), "siblings": siblings})
        self.answer(200, body.encode(), {"Content-Type": "application/json"})

    def _tree(self, repo: str) -> None:
        entries = []
        for path in self.hub.files(repo):
            size = path.stat().st_size
            entry: dict[str, Any] = {"type": "file", "path": path.name, "size": size}
            entry["oid"] = "0" * 40 if is_large(path) else etag(path)
            if is_large(path):
                entry["lfs"] = {"oid": etag(path), "size": size, "pointerSize": 134}
            entries.append(entry)
        headers = {"Content-Type": "application/json"}
        self.answer(200, json.dumps(entries).encode(), headers)

    def _resolve(self, repo: str, name: str) -> None:
        path = self.hub.repos[repo] / name
        headers = {"X-Repo-Commit": self.hub.commit(repo)}
        if not path.is_file():
            return self.answer(404, b"", {**headers, "X-Error-Code": "EntryNotFound"})
        if not is_large(path):
            headers |= {"ETag": f'"{etag(path)}"', "Accept-Ranges": "bytes"}
            return self.answer(200, path.read_bytes(), headers)
        headers |= {
            "Location": f"{self.hub.storage_url}/{repo}/{name}?Signature=secret",
            "X-Linked-Size": str(path.stat().st_size),
            "X-Linked-ETag": f'"{etag(path)}"',
            "Accept-Ranges": "bytes",
        }
        if self.hub.xet:
            route = f"{self.hub.url}/api/models/{repo}/xet-read-token/main"
            headers |= {"X-Xet-Hash": etag(path), "X-Xet-Refresh-Route": route}
        return self.answer(302, b"", headers)


class _Storage(_Handler):
    where = "storage"

    def respond(self, path: str, token: str | None) -> None:
        del token
        owner, repo, name = path.strip("/").split("/")
        data = (self.hub.repos[f"{owner}/{repo}"] / name).read_bytes()
        asked = _RANGE.fullmatch(self.headers.get("Range") or "")
        if asked is None or self.hub.faults.no_ranges:
            return self.answer(200, data, {})
        start = int(asked[1])
        if start >= len(data):
            return self.answer(416, b"", {"Content-Range": f"bytes */{len(data)}"})
        last = min(int(asked[2] or len(data)), len(data) - 1)
        span = f"bytes {start}-{last}/{len(data)}"
        return self.answer(206, data[start : last + 1], {"Content-Range": span})
