"""The same work done by this engine and by others, side by side: `benchmarks/peers.py`."""
