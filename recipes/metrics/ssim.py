"""Structural similarity of images.

Paper: Wang, Bovik, Sheikh and Simoncelli 2004, Image quality assessment: from error visibility to structural
similarity.
"""

import numpy as np
from skimage.metrics import structural_similarity

UNIFORM, GAUSSIAN = 7, 11  # the windows' height and width in pixels


def ssim(x: np.ndarray, other: np.ndarray, *, gaussian: bool = False) -> float:
    """Returns the mean over images, and over their channels, of the similarity in windows: 1 for equal ones.

    Args:
        x: The images, shape `(n, height, width)` or `(n, height, width, channels)`, in [0, 1].
        other: What is to be like them, of the same shape.
        gaussian: Whether the windows are the paper's, as in image restoration: 11 x 11 pixels weighted by a Gaussian of
            standard deviation 1.5, with population covariances. Otherwise they are 7 x 7 pixels of equal weight, with
            sample covariances. In a smaller image they are the largest odd ones that fit, and the Gaussian is narrower
            by as much; of a window of one pixel nothing but its luminance is compared.
    """
    if x.ndim == 4:
        x, other = (np.moveaxis(images, -1, 1).reshape(-1, *images.shape[1:3]) for images in (x, other))
    shorter = min(x.shape[1:])
    window = min(GAUSSIAN if gaussian else UNIFORM, shorter - 1 + shorter % 2)
    similarity = structural_similarity(
        x,
        other,
        win_size=window,
        gaussian_weights=gaussian,
        sigma=1.5 * window / GAUSSIAN,
        use_sample_covariance=not gaussian and window > 1,
        channel_axis=0,
        data_range=1.0,
    )
    return float(similarity)
