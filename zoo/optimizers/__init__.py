"""Keras optimizers, one a file."""
