"""A seeded maker of step-by-step Python programs in many wordings: corpus and test problems."""
