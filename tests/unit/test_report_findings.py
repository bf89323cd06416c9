"""What a report makes of runs: the best temperature, what is missing, what can be compared."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from eval_runs import MTPB_SHA256, Fake, manifest, mtpb, write_json, write_run

from codegen_cli.evaluation.report.findings.data import data_letters
from codegen_cli.evaluation.report.findings.humaneval import humaneval
from codegen_cli.evaluation.report.findings.mtpb import mtpb as mtpb_found
from codegen_cli.evaluation.report.findings.perplexity import perplexity
from codegen_cli.evaluation.report.findings.remarks import remarks
from codegen_cli.evaluation.report.findings.report import build
from codegen_cli.evaluation.report.findings.turns import difficulty_of, pairs
from codegen_cli.evaluation.report.read.folder import read_run
from codegen_cli.evaluation.report.read.summary import SILENT
from codegen_cli.evaluation.report.run import Adapter, Kind, PromptScore, Run, Tally


@pytest.fixture
def plain(tmp_path: Path) -> Run:
    """Return a run of 4 problems with 10 samples each, to put tallies into."""
    fake = Fake(problems=4, samples=10, temperatures=(0.2, 0.8))
    (tmp_path / "run").mkdir()
    write_json(tmp_path / "run" / "run.json", manifest(fake))
    return read_run(tmp_path / "run")


@pytest.fixture
def turns(tmp_path: Path) -> tuple[Run, Run]:
    """Return a multi-turn and a single-turn run of one model, to put tallies into."""
    runs = []
    for form in ("multi", "single"):
        fake = mtpb(problems=4, samples=2, turns=form)
        (tmp_path / form).mkdir()
        write_json(tmp_path / form / "run.json", manifest(fake))
        runs.append(read_run(tmp_path / form))
    return runs[0], runs[1]


def tallies(*passed: int, total: int = 10, cases: int = 1) -> dict[str, Tally]:
    return {str(n): Tally(count, total, cases) for n, count in enumerate(passed)}


def texts(run: Run, subject: str, letter: str = "") -> list[str]:
    return [remark.text for remark in remarks(run, letter) if remark.subject == subject]


def test_each_k_has_its_own_best_temperature(plain: Run) -> None:
    cold, warm = tallies(10, 4, 0, 0), tallies(5, 3, 2, 1)
    found = humaneval(0, replace(plain, tallies={0.2: cold, 0.8: warm}))
    assert (found.best[1].temperature, found.best[10].temperature) == (0.2, 0.8)
    assert found.best[1].interval.value == pytest.approx(0.35)
    assert found.best[10].interval.value == 1
    assert 100 not in found.best


def test_the_lowest_of_equally_good_temperatures_wins(plain: Run) -> None:
    found = humaneval(
        0, replace(plain, tallies={0.8: tallies(1, 1, 1, 1), 0.2: tallies(1, 1, 1, 1)})
    )
    assert found.best[1].temperature == 0.2


def test_pass_at_k_goes_no_further_than_the_problem_with_the_fewest_samples(plain: Run) -> None:
    problems = {**tallies(5, 5, 5), "3": Tally(1, 4)}
    found = humaneval(0, replace(plain, tallies={0.2: problems}))
    assert list(found.temperatures[0].pass_at_k) == [1, 2, 3]
    assert found.temperatures[0].missing == 6


def test_an_incomplete_temperature_is_not_the_best_beside_a_complete_one(plain: Run) -> None:
    lucky, whole = tallies(10, 10), tallies(5, 5, 5, 5)
    found = humaneval(0, replace(plain, tallies={0.2: lucky, 0.8: whole}))
    assert found.best[1].temperature == 0.8 and found.best[1].complete
    alone = humaneval(0, replace(plain, tallies={0.2: lucky}))
    assert alone.best[1].temperature == 0.2 and not alone.best[1].complete


@pytest.mark.parametrize(
    ("found", "unscored", "text"),
    [
        ({}, {}, "T 0.2 has no samples; T 0.8 has no samples"),
        ({}, {0.2: 1234}, "T 0.2 has 1,234 samples, none scored; T 0.8 has no samples"),
        ({0.2: (5, 5), 0.8: (1, 1, 1, 1)}, {}, "T 0.2 has 2 of 4 problems"),
        ({0.2: (1, 1, 1, 1), 0.8: (1, 1, 1, 1)}, {0.8: 3}, "T 0.8 has 3 samples that are not"),
    ],
)
def test_what_is_missing_is_said(
    plain: Run, found: dict[float, tuple[int, ...]], unscored: dict[float, int], text: str
) -> None:
    there = {temperature: tallies(*passed) for temperature, passed in found.items()}
    run = replace(plain, tallies=there, unscored=unscored)
    [said] = texts(run, "incomplete")
    assert said.startswith(f"incomplete: {text}")
    assert build([run]).incomplete(0)


def test_a_problem_with_too_few_samples_makes_a_run_incomplete(plain: Run) -> None:
    problems = {**tallies(5, 5, 5), "3": Tally(1, 4)}
    run = replace(plain, tallies={0.2: problems, 0.8: tallies(1, 1, 1, 1)})
    assert texts(run, "incomplete") == ["incomplete: T 0.2 has 1 with too few samples"]


def test_a_whole_run_is_complete(tmp_path: Path) -> None:
    run = read_run(write_run(tmp_path / "run", Fake(problems=60, samples=2)))
    assert texts(run, "incomplete") == [] and not build([run]).incomplete(0)


def test_results_that_the_summary_does_not_know_are_said(plain: Run) -> None:
    known = replace(SILENT, counts=(1, 40))
    run = replace(plain, tallies={0.2: tallies(1, 1, 0, 0)}, summary=known)
    assert any("summary.json counts otherwise" in text for text in texts(run, "other"))
    same = replace(known, counts=(2, 40))
    assert texts(replace(run, summary=same), "other") == []


def test_what_scoring_found_besides_is_said(plain: Run) -> None:
    found = replace(SILENT, plus={"1": 0.25}, strict=0.5, overflows=3)
    bare = replace(plain.manifest, sandbox="none")
    said = texts(replace(plain, summary=found, manifest=bare), "other")
    for part in (
        "without a sandbox",
        "pass@1 25.00",
        "same samples: 50.00 %",
        "3 programs outgrew",
    ):
        assert any(part in text for text in said)


def test_another_protocol_than_the_papers_is_said(plain: Run) -> None:
    limited = replace(
        plain.manifest, limit=2, temperatures=(0.2,), samples=1, top_p=0.9, data_sha256="0"
    )
    [said] = texts(replace(plain, manifest=limited), "paper")
    for part in (
        "first 2 of 4",
        "another file",
        "a single temperature, 0.2",
        "1 sample (paper: 200 [C])",
    ):
        assert part in said
    assert "top-p 0.9" in said
    [small] = texts(replace(plain, manifest=limited), "small")
    assert "only 2 problems" in small and "pass@1 from 1 samples" in small


def test_the_papers_own_protocol_needs_no_remark(plain: Run) -> None:
    full = replace(plain.manifest, problems=164, samples=200, temperatures=(0.2, 0.6, 0.8))
    assert texts(replace(plain, manifest=full), "paper") == []


def test_all_but_the_papers_problems_get_a_letter(plain: Run, turns: tuple[Run, Run]) -> None:
    limited = replace(plain, manifest=replace(plain.manifest, limit=2))
    own = replace(plain, manifest=replace(plain.manifest, data_sha256="0"))
    strict = replace(turns[0], manifest=replace(turns[0].manifest, mode="strict"))
    runs = [limited, plain, own, limited, *turns, strict]
    assert data_letters(runs) == ["B", "", "C", "B", "", "", "B"]
    # Alone too: the published figures stand beside it.
    assert data_letters([limited]) == ["B"]


def test_the_rate_of_mtpb_counts_samples(turns: tuple[Run, Run]) -> None:
    problems = {"1": Tally(5, 10, 5), "2": Tally(0, 10, 5)}
    kinds = {"1": Kind("math", 3), "2": Kind("array", 4)}
    run = replace(turns[0], tallies={0.2: problems}, summary=replace(SILENT, kinds=kinds))
    [found] = mtpb_found(0, run)
    assert (found.overall.rate.value, found.overall.passed, found.overall.total) == (0.25, 5, 20)
    assert found.missing == 20  # two of four problems
    assert {name: rate.rate.value for name, rate in found.by_category.items()} == {
        "array": 0,
        "math": 0.5,
    }
    assert {count: rate.passed for count, rate in found.by_turns.items()} == {3: 5, 4: 0}


def with_rates(runs: tuple[Run, Run], multi: list[int], single: list[int]) -> list[Run]:
    both = zip(runs, (multi, single), strict=True)
    return [replace(run, tallies={0.2: tallies(*passed, cases=5)}) for run, passed in both]


def test_a_pair_is_compared_problem_by_problem(turns: tuple[Run, Run]) -> None:
    [pair] = pairs(with_rates(turns, [10, 6, 2, 0], [8, 4, 0, 0]))
    assert (pair.multi, pair.single, pair.gain.problems, pair.unpaired) == (0, 1, 4, 0)
    assert pair.gain.difference.value == pytest.approx(0.15)
    gains = {level: round(gain.difference.value, 9) for level, gain in pair.by_difficulty.items()}
    assert gains == {"easy": 0.2, "medium": 0.2, "hard": 0.1}


def test_difficulty_is_averaged_over_both_forms(turns: tuple[Run, Run]) -> None:
    [pair] = pairs(with_rates(turns, [8], [0]))  # 80 % and 0 %
    assert list(pair.by_difficulty) == ["medium"]


def test_difficulty_is_averaged_over_all_models(turns: tuple[Run, Run]) -> None:
    weak = with_rates(turns, [5, 0], [5, 0])
    strong = with_rates(turns, [10, 8], [10, 8])
    other = [
        replace(run, manifest=replace(run.manifest, model=replace(run.manifest.model, sha256="0")))
        for run in strong
    ]
    found = pairs([*weak, *other])
    assert len(found) == 2
    # Alone the weak model finds the first medium and the second hard: 75 % and 40 % over both.
    assert list(found[0].by_difficulty) == ["medium", "easy"]


def test_prompts_of_a_pair_are_compared_problem_by_problem(turns: tuple[Run, Run]) -> None:
    multi, single = with_rates(turns, [5, 5, 5], [5, 5, 5])
    one = tuple(PromptScore(name, 1, 1.0) for name in ("0", "1", "2"))
    other = tuple(PromptScore(name, 1, 2.0) for name in ("1", "2", "9"))
    [pair] = pairs([replace(multi, prompts=one), replace(single, prompts=other)])
    assert pair.prompts and pair.prompts.test
    assert (pair.prompts.multi.count, pair.prompts.single.count) == (2, 2)
    assert pair.prompts.test.difference == pytest.approx(2.718281828 - 7.389056099)


def test_problems_of_one_run_only_are_left_out(turns: tuple[Run, Run]) -> None:
    [pair] = pairs(with_rates(turns, [10, 10, 0], [10, 0]))
    assert (pair.gain.problems, pair.unpaired) == (2, 1)


@pytest.mark.parametrize(
    "changes", [{"mode": "strict"}, {"limit": 3}, {"engine": "transformers"}, {"top_p": 0.5}]
)
def test_runs_that_differ_in_more_than_turns_are_no_pair(
    turns: tuple[Run, Run], changes: dict[str, object]
) -> None:
    multi, single = with_rates(turns, [10, 10], [10, 0])
    assert len(pairs([multi, single])) == 1
    assert pairs([multi, replace(single, manifest=replace(single.manifest, **changes))]) == []


def test_runs_with_other_adapters_are_no_pair(turns: tuple[Run, Run]) -> None:
    multi, single = with_rates(turns, [10, 10], [10, 0])
    tuned = replace(single.manifest.model, adapters=(Adapter("ab", 1.0),))
    assert pairs([multi, replace(single, manifest=replace(single.manifest, model=tuned))]) == []


def test_the_run_of_the_same_seed_is_the_mate(turns: tuple[Run, Run]) -> None:
    multi, single = with_rates(turns, [10, 10], [10, 0])
    other = replace(single, manifest=replace(single.manifest, seed=7))
    assert pairs([other, multi, single])[0].single == 2


def test_levels_of_difficulty() -> None:
    assert [difficulty_of(rate) for rate in (0.29, 0.3, 0.7, 0.71)] == [
        "hard",
        "medium",
        "medium",
        "easy",
    ]


def test_a_problem_is_solved_by_any_sample_at_any_temperature(plain: Run) -> None:
    scores = tuple(PromptScore(str(n), 10, 10.0 * (n + 1)) for n in range(5))
    found = perplexity(
        0,
        replace(
            plain,
            prompts=scores,
            tallies={0.2: tallies(0, 1, 0, 0), 0.8: tallies(1, 0, 0, 0)},
        ),
    )
    assert found and found.solved and found.unsolved
    assert (found.solved.count, found.unsolved.count, found.unscored) == (2, 2, 1)
    assert found.solved.value == pytest.approx((2.718281828 + 7.389056099) / 2)
    assert found.test and found.auroc == 1


def test_cases_of_a_problem_count_as_their_mean(turns: tuple[Run, Run]) -> None:
    scores = (PromptScore("1", 1, 0.0), PromptScore("1", 1, 1.0), PromptScore("2", 1, 0.0))
    found = perplexity(0, replace(turns[0], prompts=scores))
    assert found and found.overall.count == 2
    assert found.overall.value == pytest.approx(((1 + 2.718281828) / 2 + 1) / 2)
    assert found.solved is None and found.test is None and found.unscored == 2


def test_a_run_without_perplexities_has_none(plain: Run) -> None:
    assert perplexity(0, plain) is None


def test_a_report_keeps_the_order_of_the_runs(tmp_path: Path) -> None:
    fakes = [mtpb(problems=3, samples=1), Fake(problems=3, samples=1), mtpb(problems=3, seed=1)]
    runs = [read_run(write_run(tmp_path / str(n), fake)) for n, fake in enumerate(fakes)]
    report = build(runs)
    assert [item.run for item in report.mtpb] == [0, 2]
    assert [item.run for item in report.humaneval] == [1]
    assert report.of("mtpb") == [0, 2]
    assert runs[0].manifest.data_sha256 == MTPB_SHA256
