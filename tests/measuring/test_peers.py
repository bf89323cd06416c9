"""The comparison with other engines runs by its path, from any folder."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

_SCRIPT = Path(__file__).resolve().parents[2] / "benchmarks" / "peers.py"
_SMALL = {
    "--shape": "small",
    "--rounds": "1",
    "--sequences": "2",
    "--samples": "2",
    "--calls": "2",
    "--threads": "1",
    "--only": "Q8_0",
}


def test_peers_measures_this_engine_beside_raw_llama_cpp(tmp_path: Path) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    options = [word for option in _SMALL.items() for word in option]
    models = str(tmp_path / "models")
    done = subprocess.run(
        [sys.executable, str(_SCRIPT), *options, "--dir", models, "--json"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert set(report["ratios"]["codegen Q8_0 : raw llama.cpp Q8_0"]) >= {"prefill", "decode"}
    # The second turn of a program evaluates its new tokens only.
    turn = report["results"]["turn"]
    assert turn["codegen Q8_0"]["evaluated"] < 100 < turn["raw llama.cpp Q8_0"]["evaluated"]
