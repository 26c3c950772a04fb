"""What is asked of a model: measures, baselines and words of each task."""
