"""Figures: one kind of picture a file, each with `draw(...) -> Figure`."""
