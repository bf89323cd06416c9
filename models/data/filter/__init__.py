"""Step 1: which documents stay, and what is removed from them."""
