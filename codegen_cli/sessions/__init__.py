"""What chats leave behind: every turn and how it came to be, kept as it happens."""
