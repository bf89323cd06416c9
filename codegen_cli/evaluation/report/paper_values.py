"""Published figures, in per cent or perplexity, as the tables of arXiv 2203.13474v5 have them.

A value is a string: the figure, `±` and its standard error where there is one, then how sure it is
(`paper.CERTAINTY`) and, for a recalled figure whose rounded value a second source has, that value.
"""

from __future__ import annotations

#: Table 1, HumanEval pass@1, pass@10, pass@100: (model, size) → values.
HUMANEVAL = {
    ("GPT-Neo", "350M"): ("0.85 R", "2.55 R", "5.95 R"),
    ("GPT-Neo", "2.7B"): ("6.41 R 6.4", "11.27 R", "21.37 R"),
    ("GPT-J", "6B"): ("11.62 C", "15.74 C", "27.74 C"),
    ("Codex", "300M"): ("13.17 C", "20.37 C", "36.27 C"),
    ("Codex", "2.5B"): ("21.36 R", "35.42 R", "59.50 R"),
    ("Codex", "12B"): ("28.81 C", "46.81 C", "72.31 C"),
    ("code-cushman-001", ""): ("33.5 R", "54.3 R", "77.4 R"),
    ("code-davinci-001", ""): ("39.0 R", "60.6 R", "84.1 R"),
    ("code-davinci-002", ""): ("47.0 R", "74.9 R", "92.1 R"),
    ("CodeGen-NL", "350M"): ("2.12 R", "4.10 R", "7.38 R"),
    ("CodeGen-NL", "2.7B"): ("6.70 R", "14.15 R", "22.84 R"),
    ("CodeGen-NL", "6.1B"): ("10.43 R", "18.36 R", "29.85 R"),
    ("CodeGen-NL", "16.1B"): ("14.24 R 14.2", "23.46 R", "38.33 R"),
    ("CodeGen-Multi", "350M"): ("6.67 R", "10.61 R", "16.84 R"),
    ("CodeGen-Multi", "2.7B"): ("14.51 R", "24.67 R", "38.56 R"),
    ("CodeGen-Multi", "6.1B"): ("18.16 R", "28.71 R", "44.85 R"),
    ("CodeGen-Multi", "16.1B"): ("18.32 R 18.3", "32.07 R", "50.80 R"),
    ("CodeGen-Mono", "350M"): ("12.76 C", "23.11 C", "35.19 C"),
    ("CodeGen-Mono", "2.7B"): ("23.70 C", "36.64 C", "57.01 C"),
    ("CodeGen-Mono", "6.1B"): ("26.13 C", "42.29 C", "65.82 C"),
    ("CodeGen-Mono", "16.1B"): ("29.28 C", "49.86 C", "75.00 C"),
}

#: These rows of `HUMANEVAL` stand in CodeT (arXiv 2207.10397), not in CodeGen's Table 1.
FROM_CODET = ("code-cushman-001", "code-davinci-001", "code-davinci-002")

#: Table 2, perplexity of HumanEval prompts, CodeGen-Mono: size → (solved problems, the others).
HUMANEVAL_PERPLEXITY = {
    "350M": ("3.78±0.23 R", "5.18±0.19 R"),
    "2.7B": ("3.66±0.14 R", "4.37±0.18 R"),
    "6.1B": ("3.35±0.13 R", "3.88±0.13 R"),
    "16.1B": ("3.12±0.11 R", "3.40±0.11 R"),
}

#: Table 3, MTPB pass rate over several turns.
MTPB = {
    ("GPT-Neo", "350M"): "0.79 R",
    ("GPT-Neo", "2.7B"): "8.17 R",
    ("GPT-J", "6B"): "18.86 R",
    ("code-cushman-001", ""): "56.77 R",
    ("code-davinci-001", ""): "55.28 R",
    ("code-davinci-002", ""): "59.86 R",
    ("CodeGen-NL", "350M"): "0.23 R",
    ("CodeGen-NL", "2.7B"): "15.31 R",
    ("CodeGen-NL", "6.1B"): "19.37 R",
    ("CodeGen-NL", "16.1B"): "30.33 R",
    ("CodeGen-Multi", "350M"): "4.09 R",
    ("CodeGen-Multi", "2.7B"): "20.82 R",
    ("CodeGen-Multi", "6.1B"): "25.51 R",
    ("CodeGen-Multi", "16.1B"): "26.27 R",
    ("CodeGen-Mono", "350M"): "16.98 C",
    ("CodeGen-Mono", "2.7B"): "38.72 R",
    ("CodeGen-Mono", "6.1B"): "43.52 R",
    ("CodeGen-Mono", "16.1B"): "47.34 C",
}

#: Table 4, CodeGen-Mono with all prompts in a single turn: size → pass rate.
MTPB_SINGLE = {"350M": "5.75 C", "2.7B": "25.43 R", "6.1B": "28.48 R", "16.1B": "38.74 C"}

#: Table 4, perplexity of MTPB prompts, CodeGen-Mono: size → (several turns, a single turn).
MTPB_PERPLEXITY = {
    "350M": ("10.09 R", "13.92 R"),
    "2.7B": ("8.90 R", "11.91 R"),
    "6.1B": ("8.18 R", "11.05 R"),
    "16.1B": ("8.05 C", "10.25 C"),
}
