"""A model in, a model out: what takes raw values, tells anomalies, averages, or recommends."""
