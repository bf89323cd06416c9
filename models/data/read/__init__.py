"""Step 0: documents from folders, archives, JSONL, Parquet, the Hub, and this machine."""
