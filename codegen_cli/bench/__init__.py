"""Measure one model on this machine: speeds, latencies, and the limits they come up against."""
