"""An unfinished file: what is taken over, what is not, and what is left behind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from codegen_cli.convert import unfinished as module
from codegen_cli.convert.unfinished import begun_bytes, unfinished
from codegen_cli.errors import CodegenError, Interrupted, UsageError

HEADER = b"GGUF" + bytes(60)
TENSORS = [bytes([n]) * size for n, size in ((1, 100), (2, 64), (3, 1), (4, 320))]
SIZES = [len(tensor) for tensor in TENSORS]


def whole() -> bytes:
    return HEADER + b"".join(tensor + bytes(-len(tensor) % 32) for tensor in TENSORS)


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture(autouse=True)
def sync_always(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SYNC_BYTES", 1)


def write(output: Path, upto: int, *, header: bytes = HEADER, drop: bool = False) -> int:
    """Write `upto` tensors, then press Ctrl-C; all of them: finish. Return what was taken over."""
    with unfinished(output, restart=False) as file:
        done = file.open(header, SIZES, drop_other=drop)
        for tensor in TENSORS[done:upto]:
            file.write(tensor[:7])
            file.write(tensor[7:])
            file.end_tensor()
        if upto < len(TENSORS):
            file.write(b"half a tensor")
            raise KeyboardInterrupt
        file.finish()
        file.path.replace(output)
    return done


@pytest.mark.parametrize("first", range(1, 4))
def test_a_second_run_goes_on_and_gives_the_same_bytes(tmp_path: Path, first: int) -> None:
    output = tmp_path / "m.gguf"
    with pytest.raises(Interrupted, match=f"after {first} of 4"):
        write(output, first)
    assert names(tmp_path) == [".m.gguf.journal", ".m.gguf.part"]
    assert begun_bytes(output) >= sum(SIZES[:first])
    assert write(output, 4) == first
    assert output.read_bytes() == whole() and names(tmp_path) == ["m.gguf"]
    assert begun_bytes(output) == 0


def test_nothing_complete_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        write(tmp_path / "m.gguf", 0)
    assert names(tmp_path) == []


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


SPOIL: dict[str, tuple[Callable[[Path, Path], object], int]] = {
    "nothing": (lambda part, journal: None, 3),
    "the header": (lambda part, journal: flip(part, 10), 0),
    "the first tensor": (lambda part, journal: flip(part, 64 + 5), 0),
    "the second tensor": (lambda part, journal: flip(part, 64 + 128), 1),
    "padding": (lambda part, journal: flip(part, 64 + 127), 0),
    "the part is short": (lambda part, journal: part.write_bytes(part.read_bytes()[:200]), 1),
    "the part is gone": (lambda part, journal: part.unlink(), 0),
    "the journal is gone": (lambda part, journal: journal.unlink(), 0),
    "the journal is torn": (
        lambda part, journal: journal.write_bytes(journal.read_bytes()[:-2]),
        2,
    ),
    "the journal is no text": (lambda part, journal: journal.write_bytes(b"\xff\xfe\n"), 0),
    "the journal says too much": (
        lambda part, journal: journal.write_text(journal.read_text() + '{"x": 1}\n[]\n"y"\n'),
        3,
    ),
}


@pytest.mark.parametrize("case", SPOIL)
def test_only_what_is_sound_is_taken_over(tmp_path: Path, case: str) -> None:
    output = tmp_path / "m.gguf"
    with pytest.raises(Interrupted):
        write(output, 3)
    spoil, expected = SPOIL[case]
    spoil(tmp_path / ".m.gguf.part", tmp_path / ".m.gguf.journal")
    assert write(output, 4) == expected
    assert output.read_bytes() == whole() and names(tmp_path) == ["m.gguf"]


def test_what_was_begun_for_another_conversion_is_refused_or_dropped(tmp_path: Path) -> None:
    output, other = tmp_path / "m.gguf", HEADER[:-1] + b"x"
    with pytest.raises(Interrupted):
        write(output, 2)
    kept = (tmp_path / ".m.gguf.part").read_bytes()
    with pytest.raises(UsageError, match="was begun with other"):
        write(output, 4, header=other)
    assert (tmp_path / ".m.gguf.part").read_bytes() == kept
    assert write(output, 4, header=other, drop=True) == 0
    assert output.read_bytes() == other + whole()[64:]


def test_what_the_header_does_not_say_counts_too(tmp_path: Path) -> None:
    output = tmp_path / "m.gguf"
    with pytest.raises(Interrupted), unfinished(output, restart=False) as file:
        file.open(HEADER, SIZES, drop_other=False, inputs=b"a")
        file.write(TENSORS[0])
        file.end_tensor()
        raise KeyboardInterrupt
    with unfinished(output, restart=False) as file, pytest.raises(UsageError):
        file.open(HEADER, SIZES, drop_other=False, inputs=b"b")
    with unfinished(output, restart=False) as file:
        assert file.open(HEADER, SIZES, drop_other=False, inputs=b"a") == 1


def test_restart_begins_anew(tmp_path: Path) -> None:
    output = tmp_path / "m.gguf"
    with pytest.raises(Interrupted):
        write(output, 2)
    with unfinished(output, restart=True) as file:
        assert file.open(HEADER, SIZES, drop_other=False) == 0


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), ValueError("bug")])
def test_other_errors_leave_nothing(tmp_path: Path, error: Exception) -> None:
    expected = CodegenError if isinstance(error, OSError) else ValueError
    with (
        pytest.raises(expected, match="space" if isinstance(error, OSError) else "bug"),
        unfinished(tmp_path / "m.gguf", restart=False) as file,
    ):
        file.open(HEADER, SIZES, drop_other=False)
        file.write(TENSORS[0])
        file.end_tensor()
        raise error
    assert names(tmp_path) == []


def test_two_cannot_write_one_file(tmp_path: Path) -> None:
    output = tmp_path / "m.gguf"
    with (
        unfinished(output, restart=False) as file,
        pytest.raises(CodegenError, match="another process"),
    ):
        file.open(HEADER, SIZES, drop_other=False)
        with unfinished(output, restart=False):
            pass
    with unfinished(output, restart=False):
        pass


def test_little_is_synced_at_a_time_and_all_of_it_at_the_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "_SYNC_BYTES", 150)
    output = tmp_path / "m.gguf"
    with unfinished(output, restart=False) as file:
        file.open(HEADER, SIZES, drop_other=False)
        done = []
        for tensor in TENSORS:
            file.write(tensor)
            file.end_tensor()
            done.append(file.done)
        file.finish()
        assert done == [0, 2, 2, 4] and file.done == 4
