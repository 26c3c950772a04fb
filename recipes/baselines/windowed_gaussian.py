"""Windowed Gaussian of the Numenta Anomaly Benchmark: how rare a value is by the normal distribution of those before.

Source: Lavin and Ahmad 2015, Evaluating real-time anomaly detection algorithms: the Numenta Anomaly Benchmark, and its
code: a window of 6,400 steps that grows until it is full and then moves on by 100 at a time.
"""

import numpy as np

WINDOW, STEP = 6400, 100
LEAST = 1e-6  # of a standard deviation, as there


def windowed_gaussian(series: np.ndarray) -> np.ndarray:
    """Returns each step's score, shape `(steps,)`: |x - mean| / deviation, of the channel where that is greatest.

    The benchmark's own score, one less the chance of a value beyond x, rises with it and reaches 1 soon.

    Args:
        series: Shape `(steps, channels)`.
    """
    sums, squares = (np.pad(np.cumsum(x, axis=0), ((1, 0), (0, 0))) for x in (series, np.square(series)))
    step = np.arange(1, len(series))
    begin = np.maximum(step - WINDOW, 0) // STEP * STEP
    end = np.where(step > WINDOW, begin + WINDOW, step)
    count = (end - begin)[:, None]
    mean = (sums[end] - sums[begin]) / count
    deviation = np.sqrt(np.maximum((squares[end] - squares[begin]) / count - np.square(mean), 0))
    distance = np.abs(series[1:] - mean) / np.where(deviation > 0, deviation, LEAST)
    return np.concatenate([np.zeros(1), distance.max(axis=1)])
