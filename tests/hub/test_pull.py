"""`codegen pull` from a name to a registered model, and what it asks the Hub for."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
from conftest import REPO, Home, small
from llama_checkpoint import write_gpt2, write_llama
from server import Hub
from shards import shard

from codegen_cli.convert.checkpoint import folder as checkpoint_folder
from codegen_cli.registry.weights import SINGLE_OR_INDEX


def sha256(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def test_a_name_becomes_a_registered_model_that_answers(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    result = home.run("pull", "350M-mono", "-q", "Q8_0")
    assert result.returncode == 0, result.stderr
    path = Path(result.stdout.strip())
    assert path == home.models / "350M-mono-Q8_0.gguf" and result.stdout.count("\n") == 1
    record = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert record["sha256"] == sha256(path) and record["size"] == path.stat().st_size
    assert record["repo"] == REPO and record["commit"] == hub.commit(REPO)
    assert record["revision"] == "main" and record["license"] == "bsd-3-clause"
    for name in ("350M-mono", "350m-MONO-q8_0", REPO, "codegen-350M-mono"):
        answer = home.run("complete", "x = ", "--model", name, "--json", "--max-tokens", "3")
        assert json.loads(answer.stdout)["model"] == "350M-mono", answer.stderr
    details = json.loads(home.run("models", "show", "350M-mono", "--json").stdout)
    assert details["source"] == f"{REPO}@{hub.commit(REPO)}" and details["family"] == "Mono"
    assert sorted(file.name for file in home.models.iterdir()) == [
        "350M-mono-Q8_0.gguf",
        "350M-mono-Q8_0.gguf.json",
    ]


def test_codegen25_takes_gpt2s_tokenizer_from_the_hub(home: Home, hub: Hub, tmp_path: Path) -> None:
    repo = "Salesforce/codegen25-7b-multi_P"
    folder = write_llama(tmp_path / "repo", n_layer=1, n_embd=32, n_head=2, vocab_size=51200)
    for name in ("vocab.json", "merges.txt"):
        (folder / name).unlink()
    hub.repos[repo] = folder
    missing = home.run("pull", "codegen2.5-7B-multi", "-q", "Q8_0")
    assert missing.returncode == 3 and "openai-community/gpt2" in missing.stderr, missing.stderr
    assert hub.requests("storage") == []
    gpt2 = write_gpt2(tmp_path / "gpt2", 50257)
    (gpt2 / "config.json").write_text('{"model_type": "gpt2"}')
    hub.repos["openai-community/gpt2"] = gpt2
    result = home.run("pull", "codegen2.5-7B-multi", "-q", "Q8_0")
    assert result.returncode == 0, result.stderr
    gap = ("complete", "def f(n):\n<FILL>    return m", "--infill", "--max-tokens", "2")
    answer = home.run(*gap, "--model", "codegen2.5-7B-multi", "--json")
    assert answer.returncode == 0, answer.stderr
    # The tokenizer is there now: other types need nothing more.
    del hub.repos["openai-community/gpt2"]
    assert home.run("pull", "codegen2.5-7B-multi", "-q", "F16").returncode == 0


def test_the_token_goes_to_the_hub_alone_and_nothing_is_reported(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    hub.private[REPO] = "hf_secret"
    refused = home.run("pull", "350M-mono")
    assert refused.returncode == 3 and "HF_TOKEN" in refused.stderr
    assert home.run("pull", "350M-mono", HF_TOKEN="hf_secret").returncode == 0
    assert {seen.token for seen in hub.requests("hub")} == {None, "hf_secret"}
    assert [seen.token for seen in hub.requests("storage")] == [None]
    other = [s for s in hub.requests("hub") if "/resolve/" not in s.path and REPO not in s.path]
    assert other == []


def test_the_checkpoint_leaves_the_cache_unless_it_is_to_stay(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    result = home.run("pull", "350M-mono")
    assert "removed the checkpoint (0.7 MB)" in result.stderr
    assert home.cached("model.safetensors") == [] and home.cached("config.json") != []
    weights = (checkpoint / "model.safetensors").stat().st_size
    largest = max(path.stat().st_size for path in home.hub_cache.rglob("*") if path.is_file())
    assert largest < weights / 4
    kept = home.run("pull", "350M-mono", "-q", "F16", "--keep-checkpoint")
    assert kept.returncode == 0 and "removed" not in kept.stderr
    assert len(home.cached("model.safetensors")) == 1


def test_contents_that_another_commit_uses_stay(home: Home, hub: Hub, checkpoint: Path) -> None:
    home.run("pull", "350M-mono", "--keep-checkpoint")
    (checkpoint / "README.md").write_text("---\nlicense: mit\n---\n")
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert hub.sent()["model.safetensors"] == 1
    (kept,) = home.cached("model.safetensors")[:1]
    assert kept.stat().st_size == (checkpoint / "model.safetensors").stat().st_size


def test_a_cache_without_links_is_cleaned_up_too(home: Home, hub: Hub, checkpoint: Path) -> None:
    result = home.run("pull", "350M-mono", HF_HUB_DISABLE_SYMLINKS="1")
    assert result.returncode == 0, result.stderr
    size = (checkpoint / "model.safetensors").stat().st_size
    files = [path for path in home.hub_cache.rglob("*") if path.is_file()]
    assert files and all(path.stat().st_size != size for path in files)


def test_a_checkpoint_that_was_in_the_cache_before_is_used_and_stays(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    code = f"import huggingface_hub as h; h.snapshot_download({REPO!r})"
    subprocess.run(
        [sys.executable, "-c", code], env=home.environment, check=True, capture_output=True
    )
    assert hub.sent()["model.safetensors"] == 1
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert hub.sent()["model.safetensors"] == 1 and "removed" not in result.stderr
    assert len(home.cached("model.safetensors")) == 1


def test_files_in_xet_storage_come_by_plain_ranges(home: Home, hub: Hub, checkpoint: Path) -> None:
    hub.xet = True
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert hub.sent()["model.safetensors"] == 1 and hub.requests(path="xet") == []


def test_a_second_pull_downloads_nothing(home: Home, hub: Hub, checkpoint: Path) -> None:
    first = home.run("pull", "350M-mono")
    before = len(hub.seen)
    second = home.run("pull", REPO)
    assert second.stdout == first.stdout and "is here" in second.stderr
    assert [seen.path for seen in hub.seen[before:]] == [f"/api/models/{REPO}/revision/main"]


@pytest.mark.parametrize("switch", ["option", "environment"])
def test_offline_asks_nobody(home: Home, hub: Hub, checkpoint: Path, switch: str) -> None:
    offline = ("--offline",) if switch == "option" else ()
    variables = {"HF_HUB_OFFLINE": "1"} if switch == "environment" else {}
    empty = home.run("pull", "350M-mono", *offline, **variables)
    assert empty.returncode == 3 and "neither" in empty.stderr
    assert hub.seen == []
    home.run("pull", "350M-mono", "--keep-checkpoint")
    before = len(hub.seen)
    here = home.run("pull", "350M-mono", *offline, **variables)
    assert here.returncode == 0 and here.stdout.endswith("350M-mono-Q8_0.gguf\n")
    again = home.run("pull", "350M-mono", "-q", "F16", *offline, **variables)
    assert again.returncode == 0 and again.stdout.endswith("350M-mono-F16.gguf\n"), again.stderr
    assert len(hub.seen) == before
    assert len(home.cached("model.safetensors")) == 1


def test_offline_with_a_part_of_the_checkpoint_says_what_is_missing(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    shard(checkpoint, 3)
    home.run("pull", "350M-mono", "--keep-checkpoint")
    home.cached("model-00002-of-00003.safetensors")[0].unlink()
    result = home.run("pull", "350M-mono", "-q", "F16", "--offline")
    assert result.returncode == 3 and "shards" in result.stderr, result.stderr


def test_shards_are_downloaded_one_by_one_and_give_the_same_model(
    home: Home, hub: Hub, checkpoint: Path, tmp_path: Path
) -> None:
    hub.repos["me/whole"] = small(tmp_path / "whole")
    shard(checkpoint, 4)
    assert home.run("pull", "350M-mono", "-q", "Q4_0").returncode == 0
    assert home.run("pull", "me/whole", "-q", "Q4_0").returncode == 0
    assert sum(name.startswith("model-0000") for name in hub.sent()) == 4
    path = home.models / "me--whole-Q4_0.gguf"
    assert path.read_bytes()[-4096:] == (home.models / "350M-mono-Q4_0.gguf").read_bytes()[-4096:]


def test_any_repository_of_the_architecture_works_under_its_hub_id(
    home: Home, hub: Hub, tmp_path: Path
) -> None:
    hub.repos["me/my-tune"] = small(tmp_path / "tune", n_layer=3)
    result = home.run("pull", "https://huggingface.co/me/my-tune", "--json")
    report = json.loads(result.stdout)
    assert report["state"] == "pulled" and report["path"].endswith("me--my-tune-Q8_0.gguf")
    path = home.run("models", "path", "me/my-tune").stdout.strip()
    assert path == report["path"]


def test_a_dry_run_says_what_it_takes_and_takes_nothing(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    size = (checkpoint / "model.safetensors").stat().st_size
    report = json.loads(home.run("pull", "350M-mono", "--dry-run", "--json").stdout)
    assert report["state"] == "planned" and report["missing"] == size
    assert report["files"] == {"model.safetensors": size}
    text = home.run("pull", "350M-mono", "--dry-run").stdout
    assert "to download" in text and "350M-mono-Q8_0.gguf" in text
    assert hub.requests("storage") == [] and not home.models.exists()


def test_a_branch_that_moved_is_pulled_again_and_a_commit_is_never_asked_for_twice(
    home: Home, hub: Hub, checkpoint: Path, tmp_path: Path
) -> None:
    home.run("pull", "350M-mono")
    path = home.models / "350M-mono-Q8_0.gguf"
    old = sha256(path)
    hub.repos[REPO] = small(tmp_path / "newer", seed=2)
    moved = home.run("pull", "350M-mono")
    assert moved.returncode == 0 and "pulled" in moved.stderr
    record = json.loads(path.with_name(f"{path.name}.json").read_text())
    assert sha256(path) == record["sha256"] != old and record["commit"] == hub.commit(REPO)
    before = len(hub.seen)
    fixed = home.run("pull", "350M-mono", "--revision", hub.commit(REPO))
    assert fixed.returncode == 0 and len(hub.seen) == before
    gone = home.run("pull", "350M-mono", "--revision", "v9")
    assert gone.returncode == 3 and "no such revision" in gone.stderr


def test_a_file_that_was_not_pulled_is_not_replaced(home: Home, hub: Hub, checkpoint: Path) -> None:
    home.models.mkdir(parents=True)
    (home.models / "350M-mono-Q8_0.gguf").write_bytes(b"precious")
    result = home.run("pull", "350M-mono")
    assert result.returncode == 2 and "models rm" in result.stderr
    assert (home.models / "350M-mono-Q8_0.gguf").read_bytes() == b"precious"


def test_a_model_that_lost_its_registration_is_made_again(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    home.run("pull", "350M-mono")
    (home.models / "350M-mono-Q8_0.gguf.json").unlink()
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert (home.models / "350M-mono-Q8_0.gguf.json").exists()


def test_weights_are_preferred_as_the_converter_prefers_them() -> None:
    assert tuple(checkpoint_folder.MODEL_FILES) == SINGLE_OR_INDEX
