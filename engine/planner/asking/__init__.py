"""A language model is asked where rules do not suffice; what it answers is checked before anybody acts on it."""

from engine.planner.asking.adviser import Advice, Adviser, adviser_for

__all__ = ["Advice", "Adviser", "adviser_for"]
