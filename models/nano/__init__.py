"""The models that ship with the package: what they were trained on, how, and what they can do."""
