"""Metrics: one a file."""
