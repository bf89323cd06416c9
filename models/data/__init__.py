"""Training data: read, filter, de-duplicate, tokenize, shuffle and concatenate text and code."""
