"""`codegen clarity` as a real process: fit on a few problems, then show."""

from __future__ import annotations

import json
from pathlib import Path

from process import Run


def problems(count: int) -> str:
    """Return problems that the model solves, every third with an output that nothing prints."""
    rows = [
        {
            "prompts": [
                f'Assign the number {{A}} to a variable named "{name}".',
                f'Print the variable "{name}".',
            ],
            "inputs": [{"A": number + 3}],
            "outputs": [-1 if number % 3 == 0 else number + 3],
            "max_gen_length": 32,
        }
        for number, name in enumerate(("n", "x", "total", "value", "k") * (count // 5))
    ]
    return "".join(json.dumps({"id": str(i), **row}) + "\n" for i, row in enumerate(rows))


def test_fit_saves_what_show_shows(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "data.jsonl").write_text(problems(30))
    fitted = json.loads(codegen("clarity", "fit", "--data", "data.jsonl", "--json").stdout)
    assert (fitted["model"], fitted["problems"], fitted["programs"]) == ("nano", 30, 30)
    counts = [*fitted["calibration"]["fit"], *fitted["calibration"]["test"]]
    assert sum(half["programs"] for half in counts) == 30
    passed = sum(half["passed"] for half in counts)
    assert 0 < passed <= 20
    assert passed == sum(seen[2] for seen in fitted["observations"])
    shown = json.loads(codegen("clarity", "show", "--json").stdout)
    assert shown == fitted


def test_show_knows_the_packaged_model(codegen: Run) -> None:
    lines = codegen("clarity", "show").stdout.splitlines()
    assert lines[0].startswith("nano · ")
    assert [line.split()[0] for line in lines[1:5]] == ["step", "clear", "fair", "vague"]
    assert lines[5].startswith("AUROC 0.")
    assert lines[6].startswith("chat shows")


def test_too_few_problems_are_one_line(codegen: Run, tmp_path: Path) -> None:
    (tmp_path / "few.jsonl").write_text(problems(5))
    done = codegen("clarity", "fit", "--data", "few.jsonl")
    assert done.returncode == 2
    assert "5 problems are too few" in done.stderr
    assert "sandbox" not in done.stderr  # refused before any work
    assert done.stdout == ""


def test_a_step_in_a_loop_is_drawn_again_by_run_only_with_guard(codegen: Run) -> None:
    looping = ("run", "-", "--json", "--temperature", "0.8")
    step = "This is a comment\n"
    plain, guarded = (
        json.loads(codegen(*looping, *more, stdin=step).stdout)["turns"][0]
        for more in ((), ("--guard",))
    )
    assert (plain["fault"], plain["redrawn"], plain["banned"]) == ("repetition", None, [])
    assert (guarded["fault"], guarded["redrawn"]) == (None, "repetition")
    assert len(guarded["banned"]) == 1
