"""`codegen sessions`: the chats that were kept."""
