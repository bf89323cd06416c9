"""Between steps 2 and 3: documents that share a run of words with a benchmark."""
