"""Measure models as the paper does: HumanEval, the Multi-Turn Programming Benchmark, perplexity."""
