"""What people can say: one file per conversation, only words and order."""
