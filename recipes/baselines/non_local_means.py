"""Non-local means: each pixel becomes the mean of those near it whose surroundings look like its own.

Paper: Buades, Coll and Morel 2005, A non-local algorithm for image denoising.
"""

import numpy as np
from skimage.restoration import denoise_nl_means


def non_local_means(images: np.ndarray, sigma: float) -> np.ndarray:
    """Takes Gaussian noise away.

    Args:
        images: Shape `(n, height, width, channels)`, around [0, 1].
        sigma: The noise's standard deviation, above 0, in the images' unit.

    Returns:
        The denoised images, float32 of the same shape, clipped to [0, 1].
    """
    # h is where scikit-image's documentation says to start in the fast mode.
    options = {"patch_size": 5, "patch_distance": 6, "h": 0.8 * sigma, "sigma": sigma, "fast_mode": True}
    denoised = [denoise_nl_means(image, **options, channel_axis=-1) for image in images]
    return np.clip(denoised, 0, 1).astype("float32").reshape(images.shape)  # one channel or one pixel loses its axis
