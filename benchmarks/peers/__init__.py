"""The same work done by this engine and by others, side by side: `python -m benchmarks.peers`."""
