"""Make checkpoint files by hand, good and broken, byte by byte: neither torch nor safetensors."""

from __future__ import annotations

import json
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

# --- safetensors -------------------------------------------------------------------------------

Entry = tuple[str, list[int], bytes]


def safetensors(entries: Mapping[str, Entry]) -> bytes:
    """Lay tensors out one after another: name -> (type, shape, bytes)."""
    header: dict[str, object] = {"__metadata__": {"format": "pt"}}
    data = b""
    for name, (dtype, shape, raw) in entries.items():
        offsets = [len(data), len(data) + len(raw)]
        header[name] = {"dtype": dtype, "shape": shape, "data_offsets": offsets}
        data += raw
    return with_header(json.dumps(header).encode(), data)


def with_header(header: bytes, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header)) + header + data


# --- pickles: each function returns the instructions that push one value -------------------------

EMPTY_TUPLE, EMPTY_LIST, EMPTY_DICT, NONE, TRUE, FALSE = b")", b"]", b"}", b"N", b"\x88", b"\x89"


def program(*parts: bytes) -> bytes:
    return b"\x80\x02" + b"".join(parts) + b"."


def text(value: str) -> bytes:
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def integer(value: int) -> bytes:
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def tuple_(*parts: bytes) -> bytes:
    return b"(" + b"".join(parts) + b"t"


def integers(values: tuple[int, ...]) -> bytes:
    return tuple_(*(integer(value) for value in values))


def name(module: str, attribute: str) -> bytes:
    return f"c{module}\n{attribute}\n".encode()


def call(function: bytes, *arguments: bytes) -> bytes:
    return function + tuple_(*arguments) + b"R"


def mapping(items: Mapping[str, bytes], start: bytes = EMPTY_DICT) -> bytes:
    return start + b"(" + b"".join(text(key) + value for key, value in items.items()) + b"u"


ORDERED_DICT = name("collections", "OrderedDict") + b")R"


def storage(key: str, elements: int, kind: str = "Float") -> bytes:
    parts = (text("storage"), name("torch", f"{kind}Storage"), text(key), text("cpu"))
    return tuple_(*parts, integer(elements)) + b"Q"


def tensor(
    held: bytes,
    shape: tuple[int, ...],
    strides: tuple[int, ...],
    offset: int = 0,
    tail: tuple[bytes, ...] = (FALSE, ORDERED_DICT),
) -> bytes:
    rebuild = name("torch._utils", "_rebuild_tensor_v2")
    return call(rebuild, held, integer(offset), integers(shape), integers(strides), *tail)


# --- archives ------------------------------------------------------------------------------------


@dataclass
class Member:
    """One entry of an archive; `padding` goes into the local header only, as torch does it."""

    name: str
    data: bytes
    method: int = 0
    flags: int = 0x800
    padding: int = 0
    size: int | None = None

    def fields(self) -> tuple[int, ...]:
        size = len(self.data) if self.size is None else self.size
        return (20, self.flags, self.method, 0, 0, zlib.crc32(self.data), len(self.data), size)


def archive(members: list[Member]) -> bytes:
    """Write a zip file with a central directory."""
    body, directory = b"", b""
    for member in members:
        raw, extra = member.name.encode(), b"FB" + struct.pack("<H", member.padding)
        extra = extra + b"Z" * member.padding if member.padding else b""
        central = struct.pack("<6H3I5H2I", 20, *member.fields(), len(raw), 0, 0, 0, 0, 0, len(body))
        directory += b"PK\x01\x02" + central + raw
        local = struct.pack("<5H3I2H", *member.fields(), len(raw), len(extra))
        body += b"PK\x03\x04" + local + raw + extra + member.data
    end = (0, 0, len(members), len(members), len(directory), len(body), 0)
    return body + directory + b"PK\x05\x06" + struct.pack("<4H2IH", *end)


def torch_members(pickled: bytes, storages: Mapping[str, bytes]) -> list[Member]:
    """List the entries torch.save writes, storages padded so that local headers differ."""
    members = [
        Member("pytorch_model/data.pkl", pickled),
        Member("pytorch_model/byteorder", b"little"),
    ]
    for number, (key, data) in enumerate(storages.items()):
        members.append(Member(f"pytorch_model/data/{key}", data, padding=5 + number))
    return [*members, Member("pytorch_model/version", b"3\n")]


def torch_file(pickled: bytes, storages: Mapping[str, bytes] | None = None) -> bytes:
    return archive(torch_members(pickled, storages or {}))


def write(folder: Path, data: bytes, file: str = "pytorch_model.bin") -> Path:
    (folder / file).unlink(missing_ok=True)  # a mapped file must not shrink; and it is faster
    (folder / file).write_bytes(data)
    return folder
