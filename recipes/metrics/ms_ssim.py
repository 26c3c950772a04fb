"""Structural similarity of images at several scales.

Paper: Wang, Simoncelli and Bovik 2003, Multiscale structural similarity for image quality assessment.
"""

import numpy as np
from scipy.ndimage import correlate1d

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # of the five scales, the finest first
WINDOW, SIGMA = 11, 1.5  # pixels
FAINT = (0.01**2, 0.03**2)  # what keeps flat places from dividing by 0, for images in [0, 1]


def ms_ssim(x: np.ndarray, other: np.ndarray) -> float:
    """Returns the similarity, mean over images and channels: 1 for equal ones.

    Each scale has half the height and width of the one before. Of images with a side under 176 pixels, the coarsest
    scales, in which the window has no room, are left out, and the others' weights are scaled to the same sum.

    Args:
        x: The images, shape `(n, height, width, channels)`, in [0, 1].
        other: What is to be like them, of the same shape.
    """
    pair = [np.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3]).astype("float32") for images in (x, other)]
    shorter = min(x.shape[1:3])
    count = max(1, sum(shorter // 2**scale >= WINDOW for scale in range(len(WEIGHTS))))
    weights = np.array(WEIGHTS[:count]) / sum(WEIGHTS[:count])
    found = np.ones(len(pair[0]))
    for scale, weight in enumerate(weights):
        luminance, structure = _similarity(*pair)
        similarity = structure * luminance if scale == count - 1 else structure
        found *= np.maximum(similarity.mean(axis=(1, 2)), 0.0) ** weight
        pair = [_halved(images) for images in pair]
    return float(found.mean())


def decibels(similarity: float) -> float:
    """Returns a similarity on the scale that the field draws it on, -10 log10(1 - similarity), at most 100."""
    return float(-10 * np.log10(max(1.0 - similarity, 1e-10)))


def _similarity(x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Returns how alike windows are in luminance, and in contrast and structure, wherever there is a whole one."""
    distance = np.arange(WINDOW) - WINDOW // 2
    window = np.exp(-0.5 * (distance / SIGMA) ** 2)
    window = (window / window.sum()).astype("float32")

    def blurred(values: np.ndarray) -> np.ndarray:
        found = correlate1d(correlate1d(values, window, axis=1), window, axis=2)
        edges = [min(WINDOW // 2, (length - 1) // 2) for length in values.shape[1:]]
        return found[:, edges[0] : values.shape[1] - edges[0], edges[1] : values.shape[2] - edges[1]]

    means = blurred(x), blurred(y)
    squares, both = means[0] ** 2 + means[1] ** 2, means[0] * means[1]
    variances, covariance = blurred(x * x + y * y) - squares, blurred(x * y) - both
    luminance = (2 * both + FAINT[0]) / (squares + FAINT[0])
    return luminance, (2 * covariance + FAINT[1]) / (variances + FAINT[1])


def _halved(images: np.ndarray) -> np.ndarray:
    """Returns means of four pixels each; what is left over of an odd side is cut off."""
    height, width = (length // 2 * 2 for length in images.shape[1:])
    if not height or not width:
        return images
    cut = images[:, :height, :width].reshape(len(images), height // 2, 2, width // 2, 2)
    return cut.mean(axis=(2, 4))
