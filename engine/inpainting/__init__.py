"""Filling holes: the exemplar fill needs no weights; erasers and generators implement the same protocol."""
