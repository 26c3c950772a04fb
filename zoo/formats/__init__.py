"""Export formats, one a file: `write(model, target, examples, calibration)`, and the `NAME` of what it makes."""
