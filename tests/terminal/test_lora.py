"""Adapters from PEFT's folder to a run with them, as real processes."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest
from checkpoints import write_checkpoint
from peft_adapter import write_adapter
from process import Run

SHAPE = {"n_layer": 2, "n_embd": 64, "n_head": 4, "rotary_dim": 8, "vocab_size": 512, "seed": 1}
MODULES = {
    "transformer.h.0.attn.qkv_proj": (192, 64),
    "transformer.h.1.attn.qkv_proj": (192, 64),
    "transformer.h.1.mlp.fc_in": (256, 64),
}


@pytest.fixture
def model(codegen: Run, tmp_path: Path) -> str:
    """Write a model and an adapter of it; return the model's file."""
    base = write_checkpoint(tmp_path / "base", **SHAPE, scale=3.0)
    write_adapter(tmp_path / "adapter", MODULES, rank=8, lora_alpha=16)
    result = codegen("convert", str(base), "-o", "base.gguf", "-q", "F16")
    assert result.returncode == 0, result.stderr
    return "base.gguf"


def converted(codegen: Run, base: str, *more: str) -> dict[str, object]:
    result = codegen("convert", "adapter", "--base", base, "-o", "a.gguf", "--json", *more)
    assert result.returncode == 0, result.stderr
    record: dict[str, object] = json.loads(result.stdout)
    return record


def complete(codegen: Run, *arguments: str) -> tuple[list[int], str]:
    result = codegen(
        "complete",
        "def f",
        "-m",
        "base.gguf",
        "-T",
        "0",
        "--max-tokens",
        "12",
        "--json",
        *arguments,
    )
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout)["tokens"], result.stderr


def test_an_adapter_changes_what_a_model_writes(codegen: Run, model: str, tmp_path: Path) -> None:
    record = converted(codegen, model)
    assert record["matrices"] == 3 and record["file_type"] == "F32"
    assert isinstance(record["error"], float) and record["error"] < 1e-5
    plain, said = complete(codegen)
    assert "a.gguf" not in said
    adapted, said = complete(codegen, "--lora", "a.gguf")
    assert adapted != plain
    assert re.search(r"base F16 \+ a\.gguf \(3 matrices\)", said), said
    nothing, said = complete(codegen, "--lora", "a.gguf:0")
    assert nothing == plain and "a.gguf × 0" in said
    twice, _ = complete(codegen, "--lora", "a.gguf:0.5", "--lora", "a.gguf:0.5")
    assert twice == adapted
    record = converted(codegen, "base", "--force")
    assert complete(codegen, "--lora", "a.gguf")[0] == adapted


def test_run_and_chat_take_adapters_too(codegen: Run, model: str) -> None:
    converted(codegen, model)
    steps = "Print hello.\n"
    common = ("-m", "base.gguf", "--lora", "a.gguf:0.25", "-T", "0", "--max-tokens", "4")
    result = codegen("run", "-", "--json", *common, stdin=steps)
    assert result.returncode == 0 and "+ a.gguf × 0.25" in result.stderr, result.stderr
    adapters = json.loads(result.stdout)["model"]["adapters"]
    assert adapters[0]["scale"] == 0.25 and adapters[0]["path"] == "a.gguf"
    assert len(adapters[0]["sha256"]) == 64
    result = codegen("chat", *common, stdin=steps)
    assert result.returncode == 0 and "+ a.gguf × 0.25" in result.stderr, result.stderr


def test_a_chat_with_an_adapter_replays_and_goes_on_with_it(
    codegen: Run, model: str, tmp_path: Path
) -> None:
    converted(codegen, model)
    lines = "Print 6.\n/retry 1\n/model base.gguf\n/retry 1\n"
    common = ("-m", "base.gguf", "--lora", "a.gguf:0.5", "--max-tokens", "8")
    chat = codegen("chat", *common, stdin=lines)
    assert "the adapters belong to the model before and are off\n" in chat.stderr
    replayed = codegen("replay", "last", "--verify", "--json")
    assert replayed.returncode == 0, replayed.stderr
    record = json.loads(replayed.stdout)
    assert [turn["verdict"] for turn in record["turns"]] == ["same"] * 3
    adapter = [str(tmp_path / "a.gguf"), 0.5]
    assert [model["adapters"] for model in record["models"]] == [[adapter], []]
    codegen("chat", *common, stdin="Print 7.\n")
    assert "+ a.gguf × 0.5" in codegen("chat", "--continue").stderr
    (tmp_path / "a.gguf").unlink()
    gone = codegen("replay", "last")
    assert (gone.returncode, gone.stdout) == (3, "")
    assert gone.stderr.startswith(
        f'error: the recorded model or adapter is gone: there is no file "{adapter[0]}" → '
    )
    gone = codegen("chat", "--continue")
    assert gone.stderr == (
        f'error: the session\'s adapter is gone: "{adapter[0]}" → --model NAME goes on without it\n'
    )


PROBLEM = {
    "task_id": "Own/0",
    "prompt": "def f(n):\n",
    "entry_point": "f",
    "canonical_solution": "    return n\n",
    "test": "def check(f):\n    assert f(3) == 3\n",
}


def test_a_run_is_named_by_its_adapters(codegen: Run, model: str, tmp_path: Path) -> None:
    converted(codegen, model)
    (tmp_path / "own.jsonl").write_text(json.dumps(PROBLEM) + "\n")
    steps = {"id": "own", "category": "math", "prompts": ["Print {A}."]}
    (tmp_path / "steps.jsonl").write_text(
        json.dumps({**steps, "inputs": [{"A": 1}], "outputs": [1]})
    )
    for benchmark, data in (("humaneval", "own.jsonl"), ("mtpb", "steps.jsonl")):
        drawn = ("eval", benchmark, "--data", data, "--out", benchmark, "-m", model)
        drawn = (*drawn, "-T", "0.5", "--max-tokens", "4", "--no-score", "--perplexity")
        result = codegen(*drawn, "--lora", "a.gguf:0.5")
        assert result.returncode == 0 and "+ a.gguf × 0.5" in result.stderr, result.stderr
        manifest = json.loads((tmp_path / benchmark / "run.json").read_text())
        (adapter,) = manifest["model"]["adapters"]
        assert adapter["scale"] == 0.5 and len(adapter["sha256"]) == 64
        assert codegen(*drawn, "--lora", "a.gguf:0.5").returncode == 0
        for other in ((), ("--lora", "a.gguf"), ("--lora", "a.gguf:0.5", "--lora", "a.gguf")):
            result = codegen(*drawn, *other)
            assert result.returncode == 2 and "model.adapters" in result.stderr, result.stderr
        result = codegen(*drawn, "--lora", "nowhere.gguf")
        assert result.returncode == 3 and "nowhere.gguf" in result.stderr
        result = codegen(*drawn, "--lora", "a.gguf:0.5", "--ray", "local")
        assert result.returncode != 0 and result.stderr.count("error:") == 1


def test_an_adapter_makes_a_text_more_or_less_likely(codegen: Run, model: str) -> None:
    converted(codegen, model)
    found = []
    for more in ((), ("--lora", "a.gguf"), ("--lora", "a.gguf:0")):
        result = codegen("perplexity", "-", "-m", model, "--json", *more, stdin="def f(n):\n")
        assert result.returncode == 0, result.stderr
        found.append(json.loads(result.stdout))
    plain, adapted, nothing = (record["perplexity"] for record in found)
    assert plain == nothing != adapted
    assert [len(record["model"]["adapters"]) for record in found] == [0, 1, 1]
    assert found[1]["model"]["adapters"][0]["scale"] == 1.0


def test_the_list_of_models_keeps_adapters_apart(
    codegen: Run, model: str, environment: dict[str, str], tmp_path: Path
) -> None:
    converted(codegen, model)
    models = Path(environment["HOME"]) / ".local/share/codegen/models"
    models.mkdir(parents=True)
    shutil.copy(tmp_path / "a.gguf", models / "style.gguf")
    shutil.copy(tmp_path / model, models / "base.gguf")
    entries = {
        entry["name"]: entry for entry in json.loads(codegen("models", "list", "--json").stdout)
    }
    assert entries["style"]["kind"] == "adapter" and entries["base"]["kind"] == "local"
    shown = codegen("models", "list")
    assert "style" not in shown.stdout and "base" in shown.stdout
    assert "style.gguf" in shown.stderr and "--lora" in shown.stderr


def test_usage_errors_name_the_value(codegen: Run, model: str, tmp_path: Path) -> None:
    converted(codegen, model)
    shutil.copy(tmp_path / "a.gguf", tmp_path / "a:0.5")
    for arguments, code, fragment in [
        (("convert", "adapter", "-o", "b.gguf"), 2, "--base"),
        (("convert", "base", "--base", "base.gguf", "-o", "b.gguf"), 2, "is no adapter"),
        (("convert", "adapter", "--base", "base", "-o", "b.gguf", "-q", "Q4_0"), 2, "Q4_0"),
        (("convert", "adapter", "--base", "base", "-o", "b.gguf", "--family", "NL"), 2, "--family"),
        (("convert", "adapter", "--base", "nowhere", "-o", "b.gguf"), 3, "nowhere"),
        (("convert", "adapter", "--base", "a.gguf", "-o", "b.gguf"), 3, "is no model"),
        (("convert", "adapter", "--base", "base", "-o", "a.gguf"), 2, "--force"),
        (("complete", "x", "-m", model, "--lora", "nowhere.gguf"), 3, "nowhere.gguf"),
        (("complete", "x", "-m", model, "--lora", "a.gguf:much"), 2, '"a.gguf:much"'),
        (("complete", "x", "-m", model, "--lora", "a.gguf:nan"), 2, '"a.gguf:nan"'),
        (("complete", "x", "-m", model, "--lora", model), 3, "not 'adapter'"),
        (("complete", "x", "-m", "a.gguf"), 3, "it with --lora"),
        (("complete", "x", "--lora", "a.gguf"), 3, "do not fit the model's"),
    ]:
        result = codegen(*arguments)
        assert result.returncode == code and fragment in result.stderr, result.stderr
        assert result.stderr.count("error:") == 1
    named = codegen("complete", "x", "-m", model, "--lora", "a:0.5", "--max-tokens", "1")
    assert named.returncode == 0 and "+ a:0.5 (3 matrices)" in named.stderr
    assert not (tmp_path / "b.gguf").exists()
