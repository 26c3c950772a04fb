"""An export in each of its formats, run by what that is for: one a file, with `load` and the `FOLDER` that it loads."""
