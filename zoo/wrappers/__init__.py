"""A model in, a model out: what takes raw values, detects anomalies, averages, or recommends."""
