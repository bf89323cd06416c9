"""Broken adapter files: refused with a reason, or harmless to llama.cpp."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import lora_child
import pytest
from gguf_changes import add
from gguf_mutations import mutant
from rawgguf import good_parts
from tinylora import adapter_parts

from codegen_cli.engine.gguf import check_adapter, check_codegen, read_gguf
from codegen_cli.errors import InvalidGGUF

#: Another seed is another set of mutants: CODEGEN_FUZZ_SEED=7 CODEGEN_FUZZ_COUNT=20000.
SEED = os.environ.get("CODEGEN_FUZZ_SEED", "0")
COUNT = int(os.environ.get("CODEGEN_FUZZ_COUNT", "1000"))


@pytest.fixture
def model(tmp_path: Path) -> Path:
    path = tmp_path / "model.gguf"
    raw = good_parts()
    raw.data = bytes(range(0, 64)) * 4
    path.write_bytes(raw.build())
    check_codegen(read_gguf(path))
    return path


def accepted(path: Path, model: Path) -> bool:
    """Say whether the checks let a file through to llama.cpp."""
    try:
        check_adapter(read_gguf(path), read_gguf(model))
    except InvalidGGUF as error:
        assert str(error).isprintable()
        return False
    return True


def survive(log: Path, model: Path, paths: list[Path]) -> list[str]:
    """Run files through llama.cpp; return "ok" or "null" for each, or fail with the deadly one."""
    process = subprocess.run(
        [sys.executable, lora_child.__file__, str(log), str(model), *map(str, paths)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        env=os.environ | {"GGML_NO_BACKTRACE": "1"},
    )
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else ["nothing"]
    if process.returncode:
        words = process.stderr[-2000:]
        pytest.fail(f"{Path(lines[-1]).stem} ended llama.cpp: {process.returncode}\n{words}")
    assert lines[::2] == [str(path) for path in paths]
    return lines[1::2]


def test_no_broken_adapter_harms_llama_cpp(tmp_path: Path, model: Path) -> None:
    base = tmp_path / "base.gguf"
    waiting = []
    for index in range(COUNT):
        raw = adapter_parts(index % 2)
        base.write_bytes(raw.build())
        header = read_gguf(base).data_offset
        name, data = mutant(raw, base.read_bytes(), header, f"{SEED}/{index}")
        path = tmp_path / f"seed {SEED} mutant {index} {name}.gguf"
        path.write_bytes(data)
        if accepted(path, model):
            waiting.append(path)
        else:
            path.unlink()
    results = [
        result
        for start in range(0, len(waiting), 100)
        for result in survive(tmp_path / f"log {start}", model, waiting[start : start + 100])
    ]
    # Checks that refuse everything would pass too.
    assert len(results) > COUNT // 20
    assert "null" not in results, "llama.cpp refused a file that the checks accept"


def test_a_deadly_adapter_is_noticed(tmp_path: Path, model: Path) -> None:
    """The harness itself: an adapter that the checks refuse does end llama.cpp."""
    raw = adapter_parts()
    add("adapter.lora.alpha", "u32", 1)(raw)
    path = tmp_path / "deadly.gguf"
    path.write_bytes(raw.build())
    assert not accepted(path, model)
    with pytest.raises(pytest.fail.Exception, match="deadly ended llama"):
        survive(tmp_path / "log", model, [path])
