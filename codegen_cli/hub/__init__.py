"""Download from the Hugging Face Hub, through its own client and into its own cache."""
