"""Frames of JSON over a pipe or socket: four bytes of length, then UTF-8. Never pickle."""

from __future__ import annotations

import json
import os
import socket
import struct
from typing import Any

#: No honest frame is longer; a longer one ends the conversation.
MOST_BYTES = 32 << 20

_LENGTH = struct.Struct(">I")

# Held here, so that a program that replaces them in their modules does not replace these.
_read, _write = os.read, os.write
_encode = json.JSONEncoder(separators=(",", ":")).encode
_decode = json.JSONDecoder().decode


class Broken(Exception):
    """The other side left, or does not speak this language."""


def send(descriptor: int, message: Any) -> None:
    """Write one frame.

    Raises:
        Broken: the other side left, or the message is too long.
    """
    data = dump(message)
    if len(data) > MOST_BYTES:
        raise Broken(f"a message of {len(data)} bytes")
    rest = memoryview(_LENGTH.pack(len(data)) + data)
    try:
        while rest:
            rest = rest[_write(descriptor, rest) :]
    except OSError as error:
        raise Broken(str(error)) from error


def dump(message: Any) -> bytes:
    """Return a message as JSON."""
    return _encode(message).encode()


def receive(descriptor: int) -> Any:
    """Read one frame; block until it is there.

    Raises:
        Broken: the other side left, or sent something else.
    """
    (length,) = _LENGTH.unpack(_exactly(descriptor, _LENGTH.size))
    if length > MOST_BYTES:
        raise Broken(f"a message of {length} bytes")
    return parse(_exactly(descriptor, length))


def pass_on(line: socket.socket, descriptor: int) -> None:
    """Give the other side a descriptor.

    Raises:
        Broken: it left.
    """
    try:
        socket.send_fds(line, [b"d"], [descriptor])
    except OSError as error:
        raise Broken(str(error)) from error


def take_over(line: socket.socket) -> int:
    """Return the descriptor that the other side passed on.

    Raises:
        Broken: it left, or passed none.
    """
    try:
        _, descriptors, _, _ = socket.recv_fds(line, 1, 1)
    except OSError as error:
        raise Broken(str(error)) from error
    if len(descriptors) != 1:
        raise Broken("no descriptor")
    return descriptors[0]


def parse(data: bytes | bytearray) -> Any:
    """Return what one frame holds.

    Raises:
        Broken: it is not JSON, or nested too deep.
    """
    try:
        return _decode(str(data, "utf-8"))
    except (ValueError, RecursionError) as error:
        raise Broken("not JSON") from error


def _exactly(descriptor: int, count: int) -> bytes:
    parts = []
    while count:
        try:
            part = _read(descriptor, min(count, 1 << 20))
        except OSError as error:
            raise Broken(str(error)) from error
        if not part:
            raise Broken("it left")
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
