"""Fit what a step's perplexity says to how programs ended."""
