"""Broken GGUF files: refused with a reason, or harmless to llama.cpp.

Every file that the checks accept is loaded and run in another process, because what they have to
prevent is llama.cpp ending the process. `codegen_cli` must never raise anything but InvalidGGUF.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import llama_child
import pytest
from gguf_mutations import mutant
from llama_checkpoint import small_vocabulary, write_llama
from rawgguf import raw_of
from tinygguf import write_tiny_gguf

from codegen_cli.convert.pipeline import ConvertOptions, convert
from codegen_cli.engine.gguf import check_codegen, read_gguf
from codegen_cli.errors import InvalidGGUF

#: Another seed is another set of mutants: CODEGEN_FUZZ_SEED=7 CODEGEN_FUZZ_COUNT=20000.
SEED = os.environ.get("CODEGEN_FUZZ_SEED", "0")
COUNT = int(os.environ.get("CODEGEN_FUZZ_COUNT", "1500"))

_FILES_PER_PROCESS = 100


def accepted(path: Path) -> bool:
    """Say whether the checks let a file through to llama.cpp."""
    try:
        check_codegen(read_gguf(path))
    except InvalidGGUF as error:
        assert str(error).isprintable()
        return False
    return True


def survive(log: Path, paths: list[Path]) -> list[str]:
    """Run files through llama.cpp; return "ok" or "null" for each, or fail with the deadly one."""
    log.unlink(missing_ok=True)
    process = subprocess.run(
        [sys.executable, llama_child.__file__, str(log), *map(str, paths)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        # Without it ggml starts a debugger on itself when it aborts.
        env=os.environ | {"GGML_NO_BACKTRACE": "1"},
    )
    lines = log.read_text(encoding="utf-8").splitlines()
    if process.returncode:
        words = process.stderr[-2000:]
        pytest.fail(f"{Path(lines[-1]).stem} ended llama.cpp: {process.returncode}\n{words}")
    assert lines[::2] == [str(path) for path in paths]
    return lines[1::2]


def write_base(path: Path, architecture: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    if architecture == "phi2":
        return write_tiny_gguf(path, layers=1, width=32, heads=2, rotary=4)
    small_vocabulary(monkeypatch)
    folder = write_llama(path.parent / "llama", n_layer=1, n_embd=32, n_head=2, n_inner=64)
    convert(folder, path, ConvertOptions("F32"), lambda *_: None)
    return path


@pytest.mark.parametrize("architecture", ["phi2", "llama"])
def test_no_broken_file_harms_llama_cpp(
    tmp_path: Path, architecture: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    base = write_base(tmp_path / "base.gguf", architecture, monkeypatch)
    raw, file, header = raw_of(base), base.read_bytes(), read_gguf(base).data_offset
    waiting: list[Path] = []
    results: list[str] = []
    for index in range(COUNT):
        name, data = mutant(raw, file, header, f"{SEED}/{index}")
        path = tmp_path / f"seed {SEED} mutant {index} {name}.gguf"
        path.write_bytes(data)
        if accepted(path):
            waiting.append(path)
        else:
            path.unlink()
        if len(waiting) == _FILES_PER_PROCESS or (waiting and index == COUNT - 1):
            results += survive(tmp_path / "log", waiting)
            for old in waiting:
                old.unlink()
            waiting.clear()
    # Checks that refuse everything would pass too; about one mutant in seven is a sound model.
    assert len(results) > COUNT // 20
    assert "null" not in results, "llama.cpp refused a file that the checks accept"


def test_a_deadly_file_is_noticed(tmp_path: Path) -> None:
    """The harness itself: a file that the checks refuse does end llama.cpp."""
    path = write_tiny_gguf(tmp_path / "deadly.gguf", metadata={"phi2.rope.scaling.type": "no"})
    assert not accepted(path)
    with pytest.raises(pytest.fail.Exception, match="deadly ended llama"):
        survive(tmp_path / "log", [path])
