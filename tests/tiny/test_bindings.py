"""The low-level bindings come without the rest of their package, and go along with it."""

from __future__ import annotations

import subprocess
import sys


def run(code: str) -> None:
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


def test_the_rest_of_the_package_is_not_loaded() -> None:
    run(
        "import sys; from codegen_cli.engine.bindings import llama; llama(); "
        "heavy = {'jinja2', 'diskcache', 'llama_cpp.llama'} & set(sys.modules); "
        "sys.exit(str(heavy) if heavy else 0)"
    )


def test_the_whole_package_can_be_imported_after_and_before() -> None:
    after = "from codegen_cli.engine.bindings import llama; low = llama(); import llama_cpp; "
    before = "import llama_cpp; from codegen_cli.engine.bindings import llama; low = llama(); "
    same = "assert llama_cpp.llama_cpp is low and llama_cpp.Llama and llama_cpp.__version__"
    run(after + same)
    run(before + same)


def test_importing_the_whole_package_later_does_not_take_the_log() -> None:
    run(
        "from codegen_cli.engine.bindings import llama, log; llama(); import llama_cpp; "
        "from codegen_cli.engine.llama_engine import LlamaEngine; "
        "from codegen_cli.registry.find import find_model; "
        "from codegen_cli.settings import EngineSettings; "
        "LlamaEngine(find_model('nano'), EngineSettings(threads=1)); "
        "assert 'load_tensors' in log.text()"
    )
