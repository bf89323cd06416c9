"""Step 2: exact duplicates by hash, near ones by MinHash-LSH, with an index on the disk.

`datasketch` makes the signatures and chooses the bands. Its own index is a dictionary of everything
in memory, so the bands are sorted on the disk instead: equal keys meet in one partition of keys,
and a partition fits in memory whatever the corpus.
"""
