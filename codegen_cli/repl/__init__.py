"""The chat: read a line, act on it, show what came of it."""
