"""`codegen models`: what is on this machine, and what can be."""
