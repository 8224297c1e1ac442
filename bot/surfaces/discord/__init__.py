"""Retouch on Discord: messages with pictures, replies that refine, buttons and slash commands."""
