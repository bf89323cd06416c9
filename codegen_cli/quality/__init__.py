"""What a quantized model lost against its reference: perplexity, KL divergence, agreement."""
