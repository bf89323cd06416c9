"""The domain, pure: programs, turns, steps, truncation. Nothing here reads or writes."""

from __future__ import annotations

from codegen_cli.program.problem import Problem, parse_jsonl, steps_for
from codegen_cli.program.program import SEPARATOR, Program, Turn
from codegen_cli.program.prompt import unwrap, wrap
from codegen_cli.program.source import parse_program, steps_of
from codegen_cli.program.steps import format_steps, parse_steps
from codegen_cli.program.stop import NoStop, Stopper, StopStrings, turn_stopper
from codegen_cli.program.template import fill, parse_variables, substitute
from codegen_cli.program.truncate import Rule, StopWatcher, Truncation, truncate

__all__ = [
    "SEPARATOR",
    "NoStop",
    "Problem",
    "Program",
    "Rule",
    "StopStrings",
    "StopWatcher",
    "Stopper",
    "Truncation",
    "Turn",
    "fill",
    "format_steps",
    "parse_jsonl",
    "parse_program",
    "parse_steps",
    "parse_variables",
    "steps_for",
    "steps_of",
    "substitute",
    "truncate",
    "turn_stopper",
    "unwrap",
    "wrap",
]
