"""The published figures: whole, plausible, and never surer than they are."""

from __future__ import annotations

from dataclasses import replace

import pytest

from codegen_cli.evaluation.report import paper, paper_values
from codegen_cli.evaluation.report.paper import Published, counterpart, family_of, published
from codegen_cli.evaluation.report.run import Adapter, ModelFacts

SIZES = ("350M", "2.7B", "6.1B", "16.1B")


def model(
    name: str = "a model", family: str = "", parameters: int | None = 356_712_448
) -> ModelFacts:
    return ModelFacts(name, "", family, "Q8_0", parameters)


def one(family: str, size: str, metric: str, turns: str = "") -> Published:
    found = [
        f
        for f in published()
        if (f.family, f.size, f.metric, f.turns) == (family, size, metric, turns)
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("family", ["CodeGen-NL", "CodeGen-Multi", "CodeGen-Mono"])
def test_table_1_grows_with_k_and_with_size(family: str) -> None:
    for size in SIZES:
        values = [one(family, size, f"pass@{k}").value for k in (1, 10, 100)]
        assert values == sorted(values)
    for k in (1, 10, 100):
        values = [one(family, size, f"pass@{k}").value for size in SIZES]
        assert values == sorted(values)


def test_what_the_tables_hold() -> None:
    tables = [(f.source, f.metric) for f in published()]
    assert tables.count(("CodeGen, Table 1", "pass@1")) == 3 * 4 + 6
    assert tables.count(("CodeGen, Table 3", "pass rate")) == 3 * 4 + 6
    assert tables.count(("CodeGen, Table 4", "pass rate")) == 4
    assert sum(metric.startswith("perplexity") for _, metric in tables) == 16
    assert len(set(published())) == len(published())


def test_confirmed_figures_are_those_that_a_second_source_has() -> None:
    sure = {(f.model, f.metric, f.turns) for f in published() if f.verified}
    mono = {(f"CodeGen-Mono {s}", f"pass@{k}", "") for s in SIZES for k in (1, 10, 100)}
    assert mono <= sure
    assert {f.family for f in published() if f.verified} == {"CodeGen-Mono", "Codex", "GPT-J"}
    assert len(sure) == 12 + 9 + 6
    assert one("CodeGen-NL", "16.1B", "pass@1").rounded == 14.2
    assert not one("CodeGen-NL", "16.1B", "pass@1").verified


def test_solved_problems_have_the_lower_perplexity_at_every_size() -> None:
    for size in SIZES:
        solved = one("CodeGen-Mono", size, "perplexity solved")
        unsolved = one("CodeGen-Mono", size, "perplexity unsolved")
        assert solved.value < unsolved.value and solved.error and unsolved.error


def test_every_recalled_mark_says_so() -> None:
    assert "unverified" in paper.CERTAINTY["R"] and "recalled" in paper.CERTAINTY["R"]


def test_a_value_that_cannot_be_read_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(paper_values.MTPB_SINGLE, "350M", "5.75")
    with pytest.raises(ValueError, match="no published value"):
        list(paper._all())


@pytest.mark.parametrize(
    ("name", "family", "expected"),
    [
        ("nano", "Mono", "CodeGen-Mono"),
        ("x", "nl", "CodeGen-NL"),
        ("codegen-350M-multi", "unknown", "CodeGen-Multi"),
        ("codegen-16B-mono-q4", "codegen", "CodeGen-Mono"),
        ("gpt-neo-2.7B", "gpt_neo", "GPT-Neo"),
        ("EleutherAI/gpt-j-6b", "gptj", "GPT-J"),
        ("gpt-neox-20b", "gpt_neox", None),
        ("starcoder-mono", "", None),
        ("codegen2-1B", "codegen", None),
    ],
)
def test_the_family_of_a_model(name: str, family: str, expected: str | None) -> None:
    assert family_of(model(name, family)) == expected


def test_a_counterpart_needs_the_same_family_and_about_the_same_size() -> None:
    def value(family: str, parameters: int | None) -> float | None:
        found = counterpart(model(family=family, parameters=parameters), "humaneval", "pass@1")
        return found.value if found else None

    assert value("Mono", 356_712_448) == 12.76
    assert value("Mono", 7_069_106_176) == 26.13  # the "6.1B" model
    assert value("Mono", 5_294_144) is None
    assert value("Mono", None) is None
    assert value("gptj", 6_053_381_344) == 11.62
    assert value("unknown", 356_712_448) is None


def test_a_model_with_an_adapter_is_not_the_papers() -> None:
    tuned = replace(model(family="Mono"), adapters=(Adapter("ab", 1.0),))
    assert counterpart(tuned, "humaneval", "pass@1") is None


def test_turns_have_figures_of_their_own() -> None:
    mono = model(family="Mono")
    rates = [counterpart(mono, "mtpb", "pass rate", turns) for turns in ("multi", "single")]
    assert [rate.value for rate in rates if rate] == [16.98, 5.75]
