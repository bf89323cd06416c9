"""LoRA adapters of fine-tunes: PEFT's folders become GGUF files."""
