"""Sources of rows, one a file: `reads(path)`, `names(path)` of columns, if it has some, and `blocks(...)` of rows."""
