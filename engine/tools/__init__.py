"""Exact edits: what numbers alone can do to a picture, without a model."""
