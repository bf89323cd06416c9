"""The other commands as real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from process import Run

HEAVY = ("numpy", "llama_cpp", "prompt_toolkit", "huggingface_hub", "gguf", "torch", "ray")


@pytest.mark.parametrize(
    "arguments",
    [
        ("--help",),
        ("run", "--help"),
        ("convert", "--help"),
        ("eval", "mtpb", "--help"),
        ("perplexity", "--help"),
    ],
)
def test_help_loads_no_heavy_package(arguments: tuple[str, ...]) -> None:
    code = (
        "import sys; from codegen_cli.cli.main import run_cli; "
        f"assert run_cli({list(arguments)!r}) == 0; "
        f"print([m for m in {HEAVY!r} if m in sys.modules], file=sys.stderr)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert result.stderr.strip() == "[]"


def test_a_bare_command_shows_three_runnable_examples(codegen: Run) -> None:
    text = codegen("--help").stdout
    assert (
        sum(
            example in text
            for example in ("codegen run examples/", "codegen chat", "| codegen run -")
        )
        == 3
    )
    assert "codegen run examples/" in codegen().stdout + codegen().stderr


def test_version_is_the_newest_changelog_heading(codegen: Run) -> None:
    changelog = Path(__file__).resolve().parents[2] / "CHANGELOG.md"
    headings = [line for line in changelog.read_text().splitlines() if line.startswith("## [")]
    released = [line for line in headings if "Unreleased" not in line]
    version = codegen("--version").stdout.split()[1]
    assert released[0].startswith(f"## [{version}]")


def test_complete_continues_stdin_and_argument_in_this_order(codegen: Run) -> None:
    record = json.loads(codegen("complete", "b = ", "--json", stdin="a = 1\n").stdout)
    assert record["prompt"] == "a = 1\nb = "
    assert record["text"] and len(record["tokens"]) == record["generated_tokens"]
    assert all(value <= 0 for value in record["logprobs"])


def test_complete_prints_only_the_completion_and_echo_adds_the_prompt(codegen: Run) -> None:
    prompt = "# Print the number 5.\n"
    plain = codegen("complete", "-T", "0", "--truncate", stdin=prompt).stdout
    assert plain.startswith("print(5)")
    assert (
        codegen("complete", "-T", "0", "--truncate", "--echo", stdin=prompt).stdout
        == prompt + plain
    )


def test_complete_stops_before_a_stop_string(codegen: Run) -> None:
    result = codegen("complete", "-T", "0", "--stop", "(", stdin="# Print the number 5.\n")
    assert result.stdout == "print"


def test_complete_without_any_text_is_a_usage_error(codegen: Run) -> None:
    result = codegen("complete")
    assert result.returncode == 2 and "no text to continue" in result.stderr


def test_models_are_listed_shown_and_found(codegen: Run, environment: dict[str, str]) -> None:
    folder = Path(environment["HOME"]) / ".local/share/codegen/models"
    folder.mkdir(parents=True)
    (folder / "mine.gguf").write_bytes(b"not a model")
    entries = {
        entry["name"]: entry for entry in json.loads(codegen("models", "list", "--json").stdout)
    }
    assert entries["nano"]["default"] and entries["nano"]["packaged"]
    assert "error" in entries["mine"]
    assert "broken" in codegen("models", "list").stdout
    details = json.loads(codegen("models", "show", "nano", "--json").stdout)
    assert details["family"] == "Mono" and details["context"] == 2048 and details["layers"] == 6
    assert len(details["sha256"]["model.safetensors"]) == 64
    path = codegen("models", "path", "nano").stdout.strip()
    assert Path(path).stat().st_size == details["size"]
    assert codegen("models", "show", "mine").returncode == 3


def test_doctor_reports_and_fails_on_a_broken_model(codegen: Run, tmp_path: Path) -> None:
    report = json.loads(codegen("doctor", "--json").stdout)
    assert report["model"]["ok"] and report["versions"]["llama-cpp-python"] == "0.3.36"
    assert report["llama_cpp"]["devices"]
    assert report["sandbox"]["tier"] in ("os-strict", "os", "macos-seatbelt", "none")
    (tmp_path / "bad.gguf").write_bytes(b"GGUF")
    broken = codegen("doctor", "--model", "bad.gguf")
    assert broken.returncode == 5 and "bad.gguf" in broken.stderr


def test_shell_completion_offers_commands_and_models(codegen: Run) -> None:
    script = codegen("--show-completion", "bash")
    assert script.returncode == 0 and "_CODEGEN_COMPLETE" in script.stdout
    offered = codegen(
        _CODEGEN_COMPLETE="complete_bash", COMP_WORDS="codegen run --model na", COMP_CWORD="3"
    )
    assert offered.stdout.split() == ["nano"]
