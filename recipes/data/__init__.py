"""Data sets: one a file, each with `load(source) -> Splits`."""
