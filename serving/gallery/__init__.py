"""A static site of exports: what each does and how well, and most of them live in the visitor's own browser."""
