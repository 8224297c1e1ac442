"""The engine as a process of its own: edits over HTTP, told of while they happen."""
