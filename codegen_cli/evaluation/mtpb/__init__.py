"""The Multi-Turn Programming Benchmark (Nijkamp et al. 2023, arXiv 2203.13474, section 4)."""
