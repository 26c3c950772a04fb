"""Export formats, one a file: `write(model, target)`, and the `NAME` of what it makes.

What is checked or rounded by samples takes `examples`, `calibration` or both as well, as `zoo.export` has them.
"""
