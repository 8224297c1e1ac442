"""How a server is doing: numbers for Prometheus, and whether it is ready, over HTTP."""

from bot.observing.health import Check, health_app, house_checks
from bot.observing.metrics import Metrics

__all__ = ["Check", "Metrics", "health_app", "house_checks"]
