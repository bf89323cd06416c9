"""What runs in a worker's own processes: standard library only, importable without the package."""
