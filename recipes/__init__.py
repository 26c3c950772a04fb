"""Applications: each trains a model of the zoo on real data, measures it, draws it and exports it."""

import os

# TensorFlow's notes on the machine are no news to a person who runs a recipe; its errors are.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "2")
