"""What every contender is asked to do: the same tokens, new ones each round."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from codegen_cli.bench.texts import program_of
from codegen_cli.convert.bpe import encode
from codegen_cli.convert.config import read_config
from codegen_cli.convert.vocab import read_vocab

PREFILL = 512
SHORT, NEW = 16, 24
SAMPLED, ANSWER = 300, 64
PROGRAM, OTHER = 1500, 300
_STEP = "# Print the sum of all values.\n"

#: What a user of each workload waits for, for the headings of the report.
TITLES = {
    "prefill": f"prompt of {PREFILL}, tokens/s",
    "decode": "one sequence, tokens/s",
    "batch": "{sequences} sequences, tokens/s",
    "samples": f"{{samples}} answers of {ANSWER} to a prompt of {SAMPLED}, s",
    "turn": f"next turn on {PROGRAM} tokens, s",
    "return": "back to it after another program, s",
    "memory": "peak resident memory, MB",
}


class Works:
    """Make the prompts of a round, as text and as tokens."""

    def __init__(self, checkpoint: Path, options: argparse.Namespace) -> None:
        self._vocab = read_vocab(checkpoint, read_config(checkpoint).vocab_size)
        self._options = options

    def round(self, number: int) -> dict[str, tuple[str, dict[str, Any]]]:
        """Return the method to call and its arguments, for each workload.

        A turn that continues the program of the turn before it is one workload with it.
        """
        options = self._options
        short = self._prompt(SHORT, f"{number} short")
        program = self._prompt(PROGRAM, f"{number} program")
        other = self._prompt(OTHER, f"{number} other")
        turn = self._line(program["text"] + "\n" + _STEP)
        back = self._line(program["text"] + "\n" + _STEP + "print(total)\n\n" + _STEP)
        return {
            "prefill": ("prefill", self._prompt(PREFILL, f"{number} prefill")),
            "decode": ("decode", {**short, "sequences": 1, "new": ANSWER}),
            "batch": ("decode", {**short, "sequences": options.sequences, "new": NEW}),
            "turn": ("turns", {"lines": [program, turn]}),
            "return": ("turns", {"lines": [program, other, back]}),
            "samples": (
                "samples",
                {
                    **self._prompt(SAMPLED, f"{number} samples"),
                    "count": options.samples,
                    "new": ANSWER,
                    "sequences": options.sequences,
                    "calls": options.calls,
                },
            ),
        }

    def _prompt(self, tokens: int, label: str) -> dict[str, Any]:
        return self._line(program_of(tokens, label, lambda text: len(encode(text, self._vocab))))

    def _line(self, text: str) -> dict[str, Any]:
        return {"text": text, "tokens": encode(text, self._vocab)}
