"""A held-out set of step-by-step problems in MTPB's form, made by a seeded generator."""
