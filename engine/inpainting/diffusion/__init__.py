"""Painting with diffusion models: what to ask of them, which part of the picture to show them, and running them."""
