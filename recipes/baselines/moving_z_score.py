"""Moving z-score: how far a step lies from the mean of those just before it, in their standard deviations."""

import numpy as np

LEAST = 0.01  # of a standard deviation of the training part: a channel may stand still for a while


def moving_z_score(series: np.ndarray, window: int) -> np.ndarray:
    """Returns each step's score, shape `(steps,)`: the mean of squared z-scores over channels; 0 for the first step.

    Args:
        series: Standardized, shape `(steps, channels)`.
        window: How many steps before each one it is compared with; at the beginning those that there are.
    """
    sums, squares = (np.pad(np.cumsum(x, axis=0), ((1, 0), (0, 0))) for x in (series, np.square(series)))
    end = np.arange(1, len(series))
    begin = np.maximum(end - window, 0)
    count = (end - begin)[:, None]
    mean = (sums[end] - sums[begin]) / count
    deviation = np.sqrt(np.maximum((squares[end] - squares[begin]) / count - np.square(mean), np.square(LEAST)))
    return np.concatenate([np.zeros(1), np.square((series[1:] - mean) / deviation).mean(axis=1)])
