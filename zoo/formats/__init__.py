"""Export formats: one a file, each with `write(model, target, examples)` and the `NAME` of what it makes."""
