"""Its place makes the helpers in this folder importable from every test (pytest's rootdir rule)."""
