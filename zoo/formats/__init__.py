"""Export formats: one a file, each with `write(model, target)` and the `NAME` of what it makes."""
