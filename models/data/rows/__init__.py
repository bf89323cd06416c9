"""Steps 3 to 5: token ids of documents, in a random order, in rows of equal length."""
