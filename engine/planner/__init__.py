"""Words into plans: an instruction and what came before become operations, or a question."""

from engine.planner.doubts import is_doubt
from engine.planner.explain import explain
from engine.planner.rules import RulesPlanner
from engine.planner.targets import parse_target

__all__ = ["RulesPlanner", "explain", "is_doubt", "parse_target"]
