"""Talks to people: surfaces, conversation history, replies. Never imports torch."""
