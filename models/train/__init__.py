"""Train CodeGen models with JAX: recipes, stages, checkpoints, fine-tuning, export."""
