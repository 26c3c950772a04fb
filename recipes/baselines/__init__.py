"""Baselines that stand beside a model's numbers: one a file."""
