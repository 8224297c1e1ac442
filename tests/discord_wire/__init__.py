"""A Discord of our own on real sockets: its REST API and gateway, version 10, driven by tests and benchmarks."""

from tests.discord_wire.wire import WireDiscord

__all__ = ["WireDiscord"]
