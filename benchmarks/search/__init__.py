"""Measure what running the candidates is worth: single samples, best of n, and search across turns."""
