"""Demos, one a file: `PLACE` on a page, `TITLE`, and `settings(export)`, None where its signatures do not allow it.

Each has its markup in `templates/live/` and its script in `static/live/`, under the same name.
"""
