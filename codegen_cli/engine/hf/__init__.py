"""Hugging Face models: what the engine on transformers is made of. torch is imported only here."""
