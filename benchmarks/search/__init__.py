"""Measure what running candidates is worth: single samples, best of n, search across turns."""
