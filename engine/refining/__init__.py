"""The last edit once more, with its area changed in words: "a bit bigger", "include the handle", "not the arm"."""
