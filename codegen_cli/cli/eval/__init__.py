"""`codegen eval`: one file a command."""
