"""Read running folders, which may be broken, unfinished or hostile."""
