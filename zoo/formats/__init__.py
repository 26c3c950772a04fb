"""Export formats: one a file, each with `write(model, target, pixel_max)` and the `NAME` of what it makes."""
