"""Peak signal-to-noise ratio of images."""

import numpy as np

LEAST = 1e-10  # squared error that is taken for none: 100 dB, where an equal image would make the mean infinite


def psnr(x: np.ndarray, other: np.ndarray) -> float:
    """Returns `10 log10(1 / mean squared error)` in decibels, mean over images.

    Args:
        x: The images, shape `(n, ...)`, in [0, 1].
        other: What is to be like them, of the same shape.
    """
    squares = np.square(np.subtract(x, other, dtype="float64")).reshape(len(x), -1)
    return float(np.mean(-10 * np.log10(np.maximum(squares.mean(axis=1), LEAST))))
