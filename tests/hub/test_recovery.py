"""`codegen pull` when the network, the Hub, the disk or the user cuts in."""

from __future__ import annotations

import hashlib
import json
import resource
import signal
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import REPO, Home, make_home, small
from server import Hub
from shards import shard

from codegen_cli.hub.choose import choose_files
from codegen_cli.hub.listing import Listing, RemoteFile

WEIGHTS = "model.safetensors"


def errors(result: subprocess.CompletedProcess[str]) -> list[str]:
    return [line for line in result.stderr.splitlines() if line.startswith("error:")]


def model(home: Home) -> bytes:
    return (home.models / "350M-mono-Q8_0.gguf").read_bytes()


@pytest.fixture
def expected(tmp_path: Path, hub: Hub, checkpoint: Path) -> Callable[[], bytes]:
    """Return what an undisturbed pull of another user makes."""

    def pull() -> bytes:
        other = make_home(tmp_path / "other", hub)
        assert other.run("pull", "350M-mono").returncode == 0
        return model(other)

    return pull


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGINT])
def test_a_cut_off_download_goes_on_from_its_part(
    home: Home, hub: Hub, checkpoint: Path, expected: Callable[[], bytes], how: signal.Signals
) -> None:
    hub.faults.delay = 0.02
    size = (checkpoint / WEIGHTS).stat().st_size

    def half_way() -> bool:
        return any(part.stat().st_size > size // 4 for part in home.parts())

    home.read_in_short_blocks()
    cut = home.run_until(half_way, how, "pull", "350M-mono")
    assert cut.returncode == (130 if how == signal.SIGINT else -signal.SIGKILL), cut.stderr
    if how == signal.SIGINT:
        assert "go on from there" in errors(cut)[0] and len(errors(cut)) == 1
    (part,) = home.parts()
    have = part.stat().st_size
    assert 0 < have < size and not list(home.models.glob("*.gguf"))
    hub.faults.delay = 0
    before = len(hub.seen)
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    (request,) = [seen for seen in hub.seen[before:] if seen.where == "storage"]
    assert request.range == f"bytes={have}-"
    assert home.parts() == [] and model(home) == expected()


def test_shards_that_arrived_are_not_downloaded_again(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    shard(checkpoint, 4)
    hub.faults.delay = 0.02
    cut = home.run_until(
        lambda: len(home.cached("model-00002-of-00004.safetensors")) == 1,
        signal.SIGKILL,
        "pull",
        "350M-mono",
    )
    assert cut.returncode == -signal.SIGKILL
    hub.faults.delay = 0
    assert home.run("pull", "350M-mono").returncode == 0
    counts = {name: count for name, count in hub.sent().items() if "safetensors" in name}
    assert counts["model-00001-of-00004.safetensors"] == 1
    assert counts["model-00002-of-00004.safetensors"] == 1
    assert home.cached("model-*") == [], "what an interrupted pull fetched is cleaned up too"


def test_a_body_that_ends_early_is_resumed_at_once(
    home: Home, hub: Hub, checkpoint: Path, expected: Callable[[], bytes]
) -> None:
    home.read_in_short_blocks()
    hub.faults.cut[WEIGHTS] = [327_680, 196_608]
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    ranges = [seen.range for seen in hub.requests("storage", "GET", WEIGHTS)]
    assert ranges == [None, "bytes=327680-", "bytes=524288-"]
    assert "Signature" not in result.stderr
    assert model(home) == expected()


def test_a_storage_without_ranges_is_no_obstacle(
    home: Home, hub: Hub, checkpoint: Path, expected: Callable[[], bytes]
) -> None:
    hub.faults.cut[WEIGHTS] = [300_000]
    hub.faults.no_ranges = True
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert model(home) == expected()


def test_a_damaged_download_is_thrown_away_and_repeated_once(
    home: Home, hub: Hub, checkpoint: Path, expected: Callable[[], bytes]
) -> None:
    hub.faults.damage[WEIGHTS] = 1
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0 and "arrived damaged" in result.stderr, result.stderr
    assert hub.sent()[WEIGHTS] == 2 and model(home) == expected()


def test_a_download_that_is_always_damaged_is_refused_and_leaves_nothing(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    hub.faults.damage[WEIGHTS] = 9
    result = home.run("pull", "350M-mono")
    assert result.returncode == 3 and len(errors(result)) == 1
    assert "not what the Hub says" in errors(result)[0]
    assert home.parts() == [] and home.cached(WEIGHTS) == [] and not home.models.exists()


def test_a_small_file_that_is_damaged_is_refused(home: Home, hub: Hub, checkpoint: Path) -> None:
    hub.faults.damage["config.json"] = 9
    result = home.run("pull", "350M-mono")
    assert result.returncode == 3 and "config.json" in errors(result)[0]
    hub.faults.damage.clear()
    assert home.run("pull", "350M-mono").returncode == 0


def test_damage_in_the_cache_is_found_and_repaired(
    home: Home, hub: Hub, checkpoint: Path, expected: Callable[[], bytes]
) -> None:
    home.run("pull", "350M-mono", "-q", "F16", "--keep-checkpoint")
    (link,) = home.cached(WEIGHTS)
    data = bytearray(link.read_bytes())
    data[-1] ^= 1
    link.resolve().write_bytes(data)
    offline = home.run("pull", "350M-mono", "--offline")
    assert offline.returncode == 3 and "damaged" in errors(offline)[0]
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0 and "is damaged" in result.stderr, result.stderr
    assert model(home) == expected()


def test_a_full_disk_is_said_and_what_came_is_kept(home: Home, hub: Hub, checkpoint: Path) -> None:
    home.read_in_short_blocks()

    def small_files_only() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))

    process = home.start("pull", "350M-mono", preexec_fn=small_files_only)
    _, err = process.communicate(timeout=120)
    assert process.returncode == 1 and "cannot write" in err, err
    (part,) = home.parts()
    assert part.stat().st_size > 100_000
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert hub.requests("storage")[-1].range is not None


Answers = dict[str, list[tuple[int, dict[str, str]]]]


@pytest.mark.parametrize(
    "status",
    [
        {"/api/models": [(500, {}), (503, {})]},
        {"/api/models": [(429, {"Retry-After": "0"})]},
        {"config.json": [(500, {})]},
        {WEIGHTS: [(500, {}), (502, {})]},
        {WEIGHTS: [(429, {"Retry-After": "0"})]},
    ],
    ids=str,
)
def test_a_busy_or_broken_hub_is_asked_again(
    home: Home, hub: Hub, checkpoint: Path, status: Answers
) -> None:
    hub.faults.status = status
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0, result.stderr
    assert all(not answers for answers in status.values())


@pytest.mark.parametrize(
    ("status", "headers", "code", "fragment"),
    [
        (500, {}, 1, "answers 500"),
        (429, {"Retry-After": "0"}, 1, "asks to wait"),
        (403, {}, 3, "may not read"),
        (401, {"X-Error-Message": "Invalid credentials in Authorization header"}, 3, "token"),
        (404, {"X-Error-Code": "RepoNotFound"}, 3, "has no Salesforce"),
        (418, {}, 3, "answers 418"),
    ],
)
def test_a_hub_that_refuses_gives_one_line(
    home: Home,
    hub: Hub,
    checkpoint: Path,
    status: int,
    headers: dict[str, str],
    code: int,
    fragment: str,
) -> None:
    hub.faults.status = {"/api/models": [(status, headers)] * 9}
    result = home.run("pull", "350M-mono")
    assert result.returncode == code and len(errors(result)) == 1, result.stderr
    assert fragment in errors(result)[0] and "Traceback" not in result.stderr
    assert result.stdout == "" and hub.requests("storage") == []


def test_a_gated_model_says_what_to_do(home: Home, hub: Hub, checkpoint: Path) -> None:
    hub.gated.add(REPO)
    result = home.run("pull", "350M-mono")
    assert result.returncode == 3 and "HF_TOKEN" in errors(result)[0]


def test_no_hub_at_all_gives_one_line_and_what_is_here_stays(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    home.run("pull", "350M-mono")
    nowhere = {"HF_ENDPOINT": "http://127.0.0.1:9"}
    here = home.run("pull", "350M-mono", **nowhere)
    assert here.returncode == 0 and here.stdout.endswith("Q8_0.gguf\n"), here.stderr
    assert "stays" in here.stderr
    other = home.run("pull", "350M-mono", "-q", "F16", **nowhere)
    assert other.returncode == 1 and "check the connection" in errors(other)[0]


def test_too_little_room_is_said_before_anything_large_is_downloaded(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    hub.sizes[WEIGHTS] = 10**15
    result = home.run("pull", "350M-mono")
    assert result.returncode == 1 and "1000000" in errors(result)[0], result.stderr
    assert hub.requests("storage") == []


@pytest.mark.parametrize(
    ("name", "code", "fragment"),
    [
        ("350-mono", 3, "did you mean 350M-mono?"),
        ("Salesforce/codegen-350-mono", 3, "did you mean Salesforce/codegen-350M-mono?"),
        (".", 3, "on this machine already"),
    ],
)
def test_names_that_cannot_be_pulled(
    home: Home, hub: Hub, checkpoint: Path, name: str, code: int, fragment: str
) -> None:
    result = home.run("pull", name)
    assert result.returncode == code and fragment in errors(result)[0], result.stderr
    assert hub.requests("storage") == []


def edit_config(folder: Path, **changes: Any) -> None:
    path = folder / "config.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), **changes}))


@pytest.mark.parametrize(
    ("spoil", "fragment"),
    [
        (lambda folder: edit_config(folder, model_type="llama"), "llama"),
        (lambda folder: edit_config(folder, mp_num=16), "16"),
        (lambda folder: (folder / "vocab.json").unlink(), "no tokenizer"),
        (lambda folder: (folder / WEIGHTS).rename(folder / "tf_model.h5"), "no weights"),
    ],
    ids=["llama", "layout", "no tokenizer", "no weights"],
)
def test_what_cannot_be_converted_is_refused_before_its_weights_are_downloaded(
    home: Home, hub: Hub, checkpoint: Path, spoil: Callable[[Path], None], fragment: str
) -> None:
    spoil(checkpoint)
    result = home.run("pull", "350M-mono")
    assert result.returncode == 3 and fragment in errors(result)[0], result.stderr
    assert hub.requests("storage") == []


def test_two_pulls_at_once_make_one_model(home: Home, hub: Hub, checkpoint: Path) -> None:
    hub.faults.delay = 0.01
    processes = [home.start("pull", "350M-mono") for _ in range(2)]
    outputs: list[tuple[str, str]] = [("", "")] * 2

    def finish(number: int) -> None:
        outputs[number] = processes[number].communicate(timeout=240)

    threads = [threading.Thread(target=finish, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [process.returncode for process in processes] == [0, 0], outputs
    assert outputs[0][0] == outputs[1][0]
    said = sorted("waiting for it" in err for _, err in outputs)
    assert said == [False, True] and hub.sent()[WEIGHTS] == 1, outputs
    record = json.loads((home.models / "350M-mono-Q8_0.gguf.json").read_text())
    assert record["sha256"] == hashlib.sha256(model(home)).hexdigest()


def test_the_lock_of_a_killed_pull_is_free(home: Home, hub: Hub, checkpoint: Path) -> None:
    hub.faults.delay = 0.05
    home.run_until(lambda: bool(home.parts()), signal.SIGKILL, "pull", "350M-mono")
    hub.faults.delay = 0
    result = home.run("pull", "350M-mono")
    assert result.returncode == 0 and "waiting" not in result.stderr


def test_ctrl_c_while_waiting_leaves_the_other_alone(
    home: Home, hub: Hub, checkpoint: Path
) -> None:
    hub.faults.delay = 0.1
    first = home.start("pull", "350M-mono")
    while not home.parts():
        assert first.poll() is None
    second = home.start("pull", "350M-mono")
    assert second.stderr is not None
    assert "waiting for it" in second.stderr.readline()
    second.send_signal(signal.SIGINT)
    second.communicate(timeout=60)
    hub.faults.delay = 0
    assert second.returncode == 130 and first.wait(timeout=240) == 0
    first.communicate()


def test_a_killed_conversion_goes_on_after_the_download(
    home: Home, hub: Hub, tmp_path: Path
) -> None:
    hub.repos[REPO] = small(
        tmp_path / "wide", n_layer=4, n_embd=1024, n_head=8, vocab_size=1024, dtype="F16"
    )
    journal = home.models / ".350M-mono-F16.gguf.journal"

    def some_are_complete() -> bool:
        return journal.exists() and len(journal.read_text().splitlines()) > 20

    cut = home.run_until(some_are_complete, signal.SIGKILL, "pull", "350M-mono", "-q", "F16")
    assert cut.returncode == -signal.SIGKILL
    assert list(home.models.glob("*.gguf")) == []
    result = home.run("pull", "350M-mono", "-q", "F16")
    assert result.returncode == 0 and "going on from an earlier run" in result.stderr
    assert hub.sent()[WEIGHTS] == 1
    assert sorted(path.name for path in home.models.iterdir()) == [
        "350M-mono-F16.gguf",
        "350M-mono-F16.gguf.json",
    ]


def files(*names: str) -> Listing:
    return Listing("me/it", "0" * 40, tuple(RemoteFile(name, 1, "") for name in names))


def test_one_format_is_chosen_with_all_of_its_shards() -> None:
    shards = [f"pytorch_model-0000{n}-of-00003.bin" for n in (1, 2, 3)]
    index = "pytorch_model.bin.index.json"
    weights, others = choose_files(files("config.json", index, *shards, "flax_model.msgpack"))
    assert [file.name for file in weights] == shards
    assert [file.name for file in others] == ["config.json", index]
    weights, _ = choose_files(files("pytorch_model.bin", "model.safetensors", "x.bin"))
    assert [file.name for file in weights] == ["model.safetensors"]
