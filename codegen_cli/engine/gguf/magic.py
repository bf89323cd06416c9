"""Recognize what a file is when it is no GGUF file."""

from __future__ import annotations

from codegen_cli.engine.gguf.refusal import AGAIN, CONVERT

MAGIC = b"GGUF"

_CHECKPOINT = f"that is a checkpoint: {CONVERT}"
_WEB_PAGE = "use the link that downloads the file itself, or `codegen pull`"

#: How files start, what they are, and what to do with them.
_STARTS: tuple[tuple[bytes, str, str], ...] = (
    (b"version https://git-lfs", "is a Git LFS pointer, not the file itself", "run `git lfs pull`"),
    (b"PK\x03\x04", "is a zip file (PyTorch saves checkpoints so)", _CHECKPOINT),
    (b"\x80\x02", "is a Python pickle (PyTorch saves checkpoints so)", _CHECKPOINT),
    (b"\x80\x04", "is a Python pickle", _CHECKPOINT),
    (b"\x89HDF", "is an HDF5 file", _CHECKPOINT),
    (b"\x1f\x8b", "is a gzip archive", "unpack it first"),
    (b"\xfd7zXZ", "is an xz archive", "unpack it first"),
    (b"\x28\xb5\x2f\xfd", "is a zstd archive", "unpack it first"),
    (b"lmgg", "is a GGML file, the format before GGUF", CONVERT),
    (b"fmgg", "is a GGMF file, a format before GGUF", CONVERT),
    (b"tjgg", "is a GGJT file, a format before GGUF", CONVERT),
    (b"algg", "is a GGLA adapter, a format before GGUF", CONVERT),
    (b"ggml", "is a GGML file, the format before GGUF", CONVERT),
    (b"ggmf", "is a GGMF file, a format before GGUF", CONVERT),
    (b"ggjt", "is a GGJT file, a format before GGUF", CONVERT),
    (b"{", "is JSON text, not a model", _WEB_PAGE),
)


def explain_magic(head: bytes) -> tuple[str, str]:
    """Return what is wrong with a file that starts with `head` (some 300 bytes), and what to do."""
    if not head:
        return "is empty", AGAIN
    if not head.strip(b"\0"):
        return "starts with zeros, so its download did not finish", AGAIN
    if head[:1] != b"{" and head[8:10] == b'{"':
        return "is a safetensors file", _CHECKPOINT
    if head[257:262] == b"ustar":
        return "is a tar archive", "unpack it first"
    if head.lstrip()[:14].lower().startswith((b"<!doctype html", b"<html", b"<?xml")):
        return "is a web page, not a model", _WEB_PAGE
    for start, what, hint in _STARTS:
        if head.startswith(start):
            return what, hint
    if MAGIC.startswith(head):
        return f"has only {len(head)} bytes", AGAIN
    return f"is no GGUF file: it starts with {head[:4]!r}, not {MAGIC!r}", CONVERT
