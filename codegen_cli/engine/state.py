"""What an engine had evaluated of a text, in a file that only its writer can have written.

llama.cpp reads such bytes without asking what they are, so it is given none that were not checked:
the file is private to the user, of the length that it says, with the digest of all that is in it,
and from the same model, build and settings.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import struct
from array import array
from dataclasses import dataclass
from pathlib import Path

#: Fewer tokens cost little more than reading the weights once, which the next step does anyway.
WORTH_KEEPING = 32

#: The largest file (bytes): all of a context up to the 2B size, 1,285 tokens of the 16B size.
LARGEST = 1 << 30

#: The first bytes of a file. Then follow the SHA-256 of the rest, that of the key, the number of
#: tokens, the tokens (int32), and the state, all in the machine's byte order as the state is.
_MAGIC = b"codegen-kv-0001\n"
_HEAD = struct.Struct("=16s32s32sI")
_TOKEN_BYTES = 4

#: Neither a link nor a pipe with this name is opened.
_READ = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


@dataclass(frozen=True, slots=True)
class State:
    """Tokens and their keys and values in llama.cpp's own form."""

    tokens: list[int]
    data: bytearray | memoryview


def write_state(path: Path, key: str, state: State) -> bool:
    """Write a file that its owner alone can read, whole or not at all.

    False, with nothing left behind, where the state is too large or the disk refuses.
    """
    tokens = array("i", state.tokens).tobytes()
    if len(tokens) + len(state.data) > LARGEST:
        return False
    digest = hashlib.sha256()
    rest = [_sha256(key), struct.pack("=I", len(state.tokens)), tokens, state.data]
    for part in rest:
        digest.update(part)
    temporary = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor = os.open(temporary, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(descriptor, "wb") as stream:
            for part in [_MAGIC, digest.digest(), *rest]:
                stream.write(part)
        temporary.replace(path)
    except OSError:
        return False
    finally:
        # Ctrl-C while it is written, or an error: nothing is left behind.
        with contextlib.suppress(OSError):
            temporary.unlink()
    return True


def read_state(path: Path, key: str) -> State | None:
    """Return what a file holds; None where it is not there, not ours, broken or of another key."""
    try:
        with os.fdopen(os.open(path, _READ), "rb") as stream:
            found = os.fstat(stream.fileno())
            if not _is_private(found) or not _HEAD.size < found.st_size <= _HEAD.size + LARGEST:
                return None
            head, body = stream.read(_HEAD.size), bytearray(found.st_size - _HEAD.size)
            # Another process may cut the file meanwhile.
            complete = len(head) == _HEAD.size and stream.readinto(body) == len(body)
    except OSError:
        return None
    return _checked(head, body, key) if complete else None


def _checked(head: bytes, body: bytearray, key: str) -> State | None:
    magic, digest, key_digest, count = _HEAD.unpack(head)
    if magic != _MAGIC or key_digest != _sha256(key) or count * _TOKEN_BYTES > len(body):
        return None
    actual = hashlib.sha256(head[len(_MAGIC) + len(digest) :])
    actual.update(body)
    if actual.digest() != digest:
        return None
    parts, tokens = memoryview(body), array("i")
    tokens.frombytes(parts[: count * _TOKEN_BYTES])
    return State(tokens.tolist(), parts[count * _TOKEN_BYTES :])


def _is_private(found: os.stat_result) -> bool:
    """Say whether it is a plain file that is the user's and closed to others."""
    mine = not hasattr(os, "getuid") or (
        found.st_uid == os.getuid() and not stat.S_IMODE(found.st_mode) & 0o077
    )
    return stat.S_ISREG(found.st_mode) and mine


def _sha256(text: str) -> bytes:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()
