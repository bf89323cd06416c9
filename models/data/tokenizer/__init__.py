"""Step 3's vocabulary: a byte-level BPE of CodeGen's design, trained or given."""
