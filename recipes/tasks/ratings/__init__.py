"""Predicting ratings, and ranking films."""
