"""What does not fit is not loaded: one line says why, and llama.cpp computes."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from codegen_kernels import NotLoaded, library_path, load
from process import answer, compiler

from codegen_cli.engine.bindings import llama, llama_version


@pytest.fixture(scope="module")
def stock() -> dict[str, Any]:
    return answer(CODEGEN_KERNELS="off")


def refused(report: dict[str, Any], stock: dict[str, Any], reason: str) -> None:
    assert report["name"] == ""
    assert reason in report["reason"]
    assert report["warnings"] == [
        f"codegen-kernels is not used: {report['reason']}; llama.cpp computes instead"
    ]
    assert (report["text"], report["placement"]) == (stock["text"], stock["placement"])


def copied(tmp_path: Path, data: bytes, *, signed: bool) -> Path:
    path = tmp_path / "codegen_kernels.so"
    path.write_bytes(data)
    shown = data if signed else library_path().read_bytes()
    path.with_name(path.name + ".sha256").write_text(hashlib.sha256(shown).hexdigest())
    return path


def test_what_fits_is_used_and_said(stock: dict[str, Any]) -> None:
    report = answer()
    assert report["name"]
    assert report["placement"] == f"CPU, 1 thread, kernels: {report['name']} (codegen-kernels)"
    assert report["warnings"] == []
    assert "codegen-kernels" not in stock["placement"]
    assert stock["warnings"] == []
    assert stock["reason"] == "CODEGEN_KERNELS=off"


def test_damage_is_seen_before_anything_is_loaded(tmp_path: Path, stock: dict[str, Any]) -> None:
    whole = library_path().read_bytes()
    flipped = bytearray(whole)
    flipped[len(whole) // 2] ^= 1
    for data in (whole[: len(whole) // 2], bytes(flipped), b""):
        refused(answer(copied(tmp_path, data, signed=False)), stock, "is damaged")


def test_files_that_are_no_library(tmp_path: Path, stock: dict[str, Any]) -> None:
    refused(answer(tmp_path / "nothing.so"), stock, "cannot be read: No such file")
    refused(answer(copied(tmp_path, b"text", signed=True)), stock, "cannot be loaded")


def test_a_library_without_our_functions(tmp_path: Path, stock: dict[str, Any]) -> None:
    if (cc := compiler()) is None:
        pytest.skip("no compiler")
    path = tmp_path / "codegen_kernels.so"
    subprocess.run([cc, "-shared", "-fPIC", "-x", "c++", "-", "-o", path], input=b"", check=True)
    refused(answer(copied(tmp_path, path.read_bytes(), signed=True)), stock, "cannot be loaded")


def test_another_llama_cpp_python() -> None:
    with pytest.raises(NotLoaded, match=r"built for llama-cpp-python 0.3.36, here is 0.3.99"):
        load(llama()._lib, "0.3.99")


#: Functions of ggml that answer something else, and what the gate says then.
OTHER_GGMLS = {
    'const char * ggml_version() { return "0.25.4"; }': "written for ggml 0.25.3, here is 0.25.4",
    "size_t ggml_tensor_overhead() { return 376; }": "tensors have 344 bytes, not 336",
    'const char * ggml_type_name(int) { return "q4_1"; }': "type 0 is not f32",
    "long ggml_blck_size(int) { return 64; }": "blocks of f32 have another size",
    'const char * ggml_op_name(int) { return "ADD"; }': "operation 0 is not NONE",
}


@pytest.mark.parametrize("function", OTHER_GGMLS)
def test_another_ggml(tmp_path: Path, function: str) -> None:
    """Our library sees the function of a library that is loaded first; llama.cpp has its own."""
    if (cc := compiler()) is None:
        pytest.skip("no compiler")
    shim = tmp_path / "shim.so"
    source = f'#include <stddef.h>\nextern "C" {{ {function} }}\n'
    subprocess.run(
        [cc, "-shared", "-fPIC", "-x", "c++", "-", "-o", shim], input=source.encode(), check=True
    )
    program = (
        "import ctypes, codegen_kernels\n"
        "from codegen_cli.engine.bindings import llama, llama_version\n"
        "lib, version = llama()._lib, llama_version()\n"
        f"ctypes.CDLL({str(shim)!r}, ctypes.RTLD_GLOBAL)\n"
        "try:\n    codegen_kernels.load(lib, version)\n"
        "except codegen_kernels.NotLoaded as why:\n    print(why)\n"
    )
    assert OTHER_GGMLS[function] in run_python(program, LD_PRELOAD=str(shim))


def run_python(program: str, **variables: str) -> str:
    import os
    import sys

    return subprocess.run(
        [sys.executable, "-c", program],
        env=os.environ | variables,
        capture_output=True,
        text=True,
        check=True,
    ).stdout


def test_loading_twice_is_loading_once() -> None:
    first, second = (load(llama()._lib, llama_version()) for _ in range(2))
    assert first.name == second.name


def test_the_checksum_belongs_to_the_library() -> None:
    path = library_path()
    written = path.with_name(path.name + ".sha256").read_text().strip()
    assert written == hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_copy_elsewhere_works(tmp_path: Path) -> None:
    copy = tmp_path / library_path().name
    shutil.copy(library_path(), copy)
    shutil.copy(f"{library_path()}.sha256", f"{copy}.sha256")
    assert answer(copy)["name"]
