"""The options for GPUs as real processes; nothing here needs a GPU."""

from __future__ import annotations

import json

import pytest
from process import Run

from codegen_cli.engine.bindings import llama

pytestmark = pytest.mark.skipif(
    bool(llama().llama_supports_gpu_offload()), reason="this build has a GPU"
)


@pytest.mark.parametrize("shares", ["", "0.6,x", "1;2", "0.6,,0.4"])
@pytest.mark.parametrize("command", [("run", "-"), ("complete",), ("doctor",)])
def test_broken_shares_are_a_usage_error(
    codegen: Run, command: tuple[str, ...], shares: str
) -> None:
    result = codegen(*command, "--tensor-split", shares, stdin="Print 5.")
    assert result.returncode == 2 and result.stdout == ""
    assert f'--tensor-split "{shares}" is not a list of shares' in result.stderr


def test_what_no_gpu_can_do_is_said_once_and_the_cpu_answers(codegen: Run) -> None:
    result = codegen(
        "run", "-", "--main-gpu", "1", stdin="Print the number 5.", CODEGEN_TENSOR_SPLIT="1,2"
    )
    assert result.returncode == 0 and "print(5)" in result.stdout
    assert result.stderr.count("--main-gpu 1 is ignored") == 1
    assert result.stderr.count("--tensor-split 1,2 is ignored") == 1
    assert "plan:" not in result.stderr and "CPU, 1 thread" in result.stderr


def test_a_negative_gpu_is_a_usage_error(codegen: Run) -> None:
    result = codegen("complete", "x = ", "--main-gpu", "-1")
    assert result.returncode == 2 and "--main-gpu" in result.stderr


def test_doctor_describes_devices_as_objects(codegen: Run) -> None:
    report = json.loads(codegen("doctor", "--json").stdout)
    (cpu,) = [d for d in report["llama_cpp"]["devices"] if d["kind"] == "cpu"]
    assert cpu["name"] == "CPU" and cpu["free_bytes"] is None and cpu["total_bytes"] > 1 << 30
    assert report["model"]["plan"] is None and report["model"]["warnings"] == []
    assert "GiB)" in codegen("doctor").stdout
