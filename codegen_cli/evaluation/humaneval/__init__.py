"""HumanEval (Chen et al. 2021, arXiv 2107.03374) and EvalPlus' extra tests for it."""
