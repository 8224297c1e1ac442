"""Phrase -> candidate regions, then which of them the words choose."""

from engine.grounding.router import Grounder

__all__ = ["Grounder"]
