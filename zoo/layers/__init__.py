"""Layers that models share: one serialisable layer a file."""
