"""BM3D: blocks that look alike are stacked and filtered together; of what learns nothing, the one to beat.

Paper: Dabov, Foi, Katkovnik and Egiazarian 2007, Image denoising by sparse 3-D transform-domain collaborative
filtering; as Maekinen, Azzari and Foi 2020 have it in their package, which is free for use that is not commercial.
"""

import numpy as np

from zoo import UsageError

LEAST = 9  # pixels: the package's blocks have 8 x 8, and a picture of just one ends the process


def bm3d(images: np.ndarray, sigma: float) -> np.ndarray:
    """Takes Gaussian noise away.

    Args:
        images: Shape `(n, height, width, 1)` or, in color, `(n, height, width, 3)`, around [0, 1]; each value with
            noise of its own, so that no channel is flat.
        sigma: The noise's standard deviation, above 0, in the images' unit.

    Returns:
        The denoised images, float32 of the same shape, clipped to [0, 1].

    Raises:
        UsageError: If the package bm3d is not installed.
    """
    try:
        import bm3d as package
    except ImportError as error:
        raise UsageError(
            "BM3D needs the package bm3d, which is not installed. Type: pip install bm3d==4.0.3"
        ) from error
    denoise = package.bm3d_rgb if images.shape[-1] == 3 else package.bm3d
    height, width = images.shape[1:3]
    mirrored = [(0, max(0, LEAST - length)) for length in (height, width)]
    padded = np.pad(images.astype("float64"), [(0, 0), *mirrored, (0, 0)], mode="symmetric")
    denoised = np.reshape([denoise(image, sigma) for image in padded], padded.shape)[:, :height, :width]
    return np.clip(denoised, 0, 1).astype("float32")
