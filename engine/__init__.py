"""Edits one picture. Knows nothing of chats, users or databases."""
