"""Computations that are no layers."""
