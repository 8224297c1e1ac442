"""Box, seeds or coarse shape -> mask."""
