"""What Retouch costs, beside named peers in one run; each module is a command: `uv run python benchmarks/NAME.py`."""
